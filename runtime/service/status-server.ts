import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { statusPaths, type SidecarStatus } from 'kars-constructs/contract';
import type { Registry } from 'prom-client';
import type { PolicyStatus } from '../policy/policy-status.ts';
import type { ListenAddress } from './arguments.ts';
import { createServer } from './node-http.ts';

/** What a process tells those outside the pod. */
export interface StatusSource {
  /** Why the process cannot serve the agent, or undefined when it can. */
  notReady(): string | undefined;
  status(): SidecarStatus;
  policyStatus(): PolicyStatus;
  readonly registry: Registry;
}

/** A server of the status that listens. */
export interface StatusServer {
  /** The port that it got. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | object;
}

const TEN_SECONDS = 10_000;

/**
 * Serves liveness, readiness, metrics and status: GET only, nothing that changes state, no
 * secret. On a bare server, since a framework would be the larger part of what an idle sidecar holds.
 */
export async function startStatusServer(
  source: StatusSource,
  { host, port }: ListenAddress,
): Promise<StatusServer> {
  const server = createServer(
    { requestTimeout: TEN_SECONDS, headersTimeout: TEN_SECONDS },
    (request, response) => {
      void answerTo(request, source)
        .catch(() => ({ status: 500, body: { error: 'the status cannot be read' } }))
        .then((answer) => send(response, answer));
    },
  );
  server.listen({ host, port });
  await once(server, 'listening');
  return {
    port: listeningPort({ server }),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerTo(
  { method, url = '' }: IncomingMessage,
  source: StatusSource,
): Promise<Answer> {
  if (method !== 'GET') {
    return { status: 405, headers: { allow: 'GET' }, body: { error: 'only GET is served' } };
  }
  const [path] = url.split('?');
  switch (path) {
    case statusPaths.live:
      return { status: 200, body: { status: 'alive' } };
    case statusPaths.ready: {
      const reason = source.notReady();
      return reason === undefined
        ? { status: 200, body: { status: 'ready' } }
        : { status: 503, body: { status: 'not ready', reason } };
    }
    case statusPaths.metrics: {
      const { contentType } = source.registry;
      const body = await source.registry.metrics();
      return { status: 200, headers: { 'content-type': contentType }, body };
    }
    case statusPaths.status:
      return { status: 200, body: source.status() };
    case statusPaths.policyStatus:
      return { status: 200, body: source.policyStatus() };
    default: {
      const error = `no such path, there are ${Object.values(statusPaths).join(', ')}`;
      return { status: 404, body: { error } };
    }
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The port that a listening server got. */
export function listeningPort({ server }: { server: Server }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('the server does not listen on a TCP port');
  }
  return address.port;
}
