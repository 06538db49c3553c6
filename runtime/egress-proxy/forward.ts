import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { deny, type Authority, type Deny } from 'kars-constructs/contract';
import { denialAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { endToEndHeaders, framing } from './headers.ts';
import { readTarget, type Target } from './target.ts';

/**
 * Serves one request; every request on a connection is decided by itself.
 *
 * @param bound where the connection goes, when it is not a connection to the proxy itself
 */
export async function forward(
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
  bound?: Authority,
): Promise<void> {
  const target = readTarget(request, bound);
  if ('code' in target) {
    refuse(response, await gate.refuseUnreadable('http', target));
    return;
  }
  const dialled = await gate.pass('http', target.authority, target.request);
  if (!dialled.ok) {
    refuse(response, dialled.denial);
    return;
  }
  await exchange(request, response, target, dialled.socket);
}

function refuse(response: ServerResponse, denial: Deny): void {
  const { status, headers, body } = denialAnswer(denial, response.req);
  response.writeHead(status, headers);
  response.end(body);
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { host, request: { path } }: Target,
  socket: Socket,
): Promise<void> {
  const upstream = send({
    method: request.method ?? 'GET',
    path,
    headers: { ...endToEndHeaders(request.headers), ...framing(request.headers), host },
    setHost: false,
    createConnection: () => socket,
  });
  const answered = Promise.withResolvers<IncomingMessage>();
  upstream.once('response', answered.resolve);
  upstream.on('error', answered.reject);
  upstream.once('close', () => answered.reject(new Error('closed without an answer')));
  try {
    // A host may answer before it has read the whole request.
    pipeline(request, upstream).catch(answered.reject);
    const answer = await answered.promise;
    response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
    await pipeline(answer, response);
  } catch {
    if (response.headersSent) response.destroy();
    else {
      const reason = 'the host closed the connection before its answer was whole';
      refuse(response, deny('KARS_EGRESS_CONNECT_FAILED', 'egress proxy', reason));
    }
  } finally {
    socket.destroy();
  }
}
