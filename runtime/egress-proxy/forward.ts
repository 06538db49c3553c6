import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { finished } from 'node:stream';
import type { Authority, Deny } from 'kars-constructs/contract';
import { denialAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { endToEndHeaders, framing, hasBody } from './headers.ts';
import { brokenAnswer } from './limit-reached.ts';
import { readTarget, type Target } from './target.ts';

/** A request that may go on, with its connection to the host. */
interface Admitted {
  readonly target: Target;
  readonly socket: Socket;
}

/**
 * Decides one request; every request on a connection is decided by itself.
 *
 * @param bound where the connection goes, when it is not a connection to the proxy itself
 */
export async function admit(
  gate: Gate,
  request: IncomingMessage,
  bound?: Authority,
): Promise<Admitted | Deny> {
  const target = readTarget(request, bound);
  if ('code' in target) return gate.refuseUnreadable('http', target);
  const dialled = await gate.pass('http', target.authority, target.request);
  return dialled.ok ? { target, socket: dialled.socket } : dialled.denial;
}

/** Answers a request with what its host says, or with its denial. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  admitted: Admitted | Deny,
): Promise<void> {
  if ('code' in admitted) refuse(response, admitted);
  else await exchange(request, response, admitted);
}

function refuse(response: ServerResponse, denial: Deny): void {
  const { status, phrase, headers, body } = denialAnswer(denial, response.req);
  response.writeHead(status, phrase, headers);
  response.end(body);
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  {
    target: {
      host,
      request: { path },
    },
    socket,
  }: Admitted,
): Promise<void> {
  const upstream = send({
    method: request.method ?? 'GET',
    path,
    headers: {
      ...endToEndHeaders(request.headers),
      ...framing(request.headers),
      host,
      // A host that is told to close does so with a reset when it answers before the body has ended, and
      // the reset overtakes its answer.
      connection: 'keep-alive',
    },
    setHost: false,
    createConnection: () => socket,
  });
  // A host that says nothing would keep the call of a client that has gone.
  if (response.closed) socket.destroy();
  else response.once('close', () => socket.destroy());
  const answered = Promise.withResolvers<IncomingMessage>();
  upstream.once('response', answered.resolve);
  upstream.on('error', answered.reject);
  upstream.once('close', () => answered.reject(new Error('closed without an answer')));
  try {
    if (hasBody(request.headers)) {
      // No pipeline, which ends both: a host may answer before it has read the whole request.
      request.pipe(upstream);
      finished(request, { writable: false }, (error) => error && upstream.destroy());
    } else upstream.end();
    const answer = await answered.promise;
    response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
    await carry(answer, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, brokenAnswer(error));
  } finally {
    request.unpipe(upstream);
    // A client may want to be rid of its whole body before it goes on.
    request.resume();
    socket.destroy();
  }
}

/**
 * Carries the body of an answer until the response is closed. A plain pipe, since `pipeline` makes an
 * abort controller and an error for each.
 *
 * @throws Error when the answer ends before it is whole.
 */
function carry(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.once('error', reject);
    if (response.closed) resolve();
    else response.once('close', resolve);
    answer.pipe(response);
  });
}
