import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { deny, type Authority, type Deny } from 'kars-constructs/contract';
import type { Log } from '../service/log.ts';
import { createServer } from '../service/node-http.ts';
import { denialAnswer, rawAnswer } from './answer.ts';
import { admit, forward } from './forward.ts';
import type { Gate } from './gate.ts';
import { clientIdle, limits, type Limits } from './limits.ts';
import { malformedRequest } from './malformed.ts';
import { ConnectionRefusals } from './refuse-connection.ts';
import { serveConnection, takeConnections, type Redirection } from './transparent/accept.ts';
import { refuseInner, tunnel } from './tunnel.ts';
import { upgrade } from './upgrade.ts';

/**
 * The proxy: CONNECT and absolute-form HTTP/1.1, and with a redirection whatever a program sends
 * anywhere. Where a target has plain HTTP, each of them is decided by request.
 */
export function createProxyServer(
  gate: Gate,
  log: Log,
  bounds: Limits = limits,
  redirection?: Redirection,
): Server {
  const unanswered = new WeakMap<Duplex, number>();
  const newest = new WeakMap<Duplex, ReturnType<typeof admit>>();
  const givenUp = new WeakSet<Duplex>();
  const bound = new WeakMap<Duplex, Authority>();
  const attempt = (call: Promise<void>, end: () => void): void =>
    void call.catch((error: unknown) => {
      log.error('call-failed', { error: error instanceof Error ? error.message : String(error) });
      end();
    });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const waiting = unanswered.get(socket) ?? 0;
    if (givenUp.has(socket)) {
      socket.pause();
      return;
    }
    unanswered.set(socket, waiting + 1);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    const isTooMany = waiting >= bounds.pipelinedRequests;
    if (isTooMany) {
      givenUp.add(socket);
      // Its answer waits behind the others, and nothing more is read meanwhile.
      socket.pause();
      response.shouldKeepAlive = false;
    }
    const admitted = isTooMany
      ? refusePipelined(gate, bounds)
      : admit(gate, request, bound.get(socket));
    newest.set(socket, admitted);
    attempt(
      admitted.then((decided) => forward(request, response, decided)),
      () => response.destroy(),
    );
  };
  const server = createServer(
    {
      maxHeaderSize: bounds.headerBytes,
      headersTimeout: bounds.headerMilliseconds,
      keepAliveTimeout: bounds.keepAliveMilliseconds,
      connectionsCheckingInterval: bounds.headerMilliseconds,
      requestTimeout: 0,
      // A request without Host is refused, and audited, with all others that are read in two ways.
      requireHostHeader: false,
      insecureHTTPParser: false,
      noDelay: true,
    },
    serve,
  );
  server.setTimeout(clientIdle(bounds), (socket) => socket.destroy());
  server.on('checkExpectation', serve);
  const refusals = new ConnectionRefusals(gate, bounds.connections, redirection);
  const parse = takeConnections(server, bounds.connections, {
    take: (socket) =>
      attempt(serveConnection(gate, socket, { redirection, parse, carryHttp, bounds }), () =>
        socket.destroy(),
      ),
    refuse: (socket) => attempt(refusals.refuse(socket), () => socket.destroy()),
  });
  const carryHttp = (socket: Duplex, target: Authority): void => {
    bound.set(socket, target);
    parse(socket);
  };
  server.on('connect', (request, socket, head) => {
    const isInner = bound.has(socket);
    attempt(
      isInner
        ? refuseInner(gate, socket)
        : tunnel(gate, request, socket, head, {
            carryHttp,
            helloMilliseconds: bounds.helloMilliseconds,
          }),
      () => socket.destroy(),
    );
  });
  server.on('upgrade', (request, socket, head) =>
    attempt(upgrade(gate, request, socket, head, bound.get(socket)), () => socket.destroy()),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Bytes behind a last request change nothing; a connection that is given up is reported once more.
    if (error.code === 'HPE_CLOSED_CONNECTION' || givenUp.has(socket)) return;
    givenUp.add(socket);
    const answer = async (): Promise<void> => {
      const denial = malformedRequest(error, bounds);
      const told = denial && (await gate.refuseUnreadable('http', denial));
      const end = (): void => void socket.destroy();
      // The request that cannot be read to its end may be refused already, and then has its answer.
      await newest.get(socket);
      // Behind requests that wait for their answers it would be taken for one of those.
      if (told === undefined || (unanswered.get(socket) ?? 0) > 0) socket.end(end);
      else socket.end(rawAnswer(denialAnswer(told)), end);
    };
    attempt(answer(), () => socket.destroy());
  });
  return server;
}

function refusePipelined(gate: Gate, { pipelinedRequests }: Limits): Promise<Deny> {
  const reason = `${pipelinedRequests} requests of the connection wait for their answers`;
  return gate.refuseUnreadable('http', deny('KARS_OVERLOADED', 'egress proxy', reason));
}
