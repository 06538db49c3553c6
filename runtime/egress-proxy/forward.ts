import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { Authority, Deny } from 'kars-constructs/contract';
import { request as send } from '../service/node-http.ts';
import { denialAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { endToEndHeaders, framing, hasBody, keptSeconds, mayShareConnection } from './headers.ts';
import type { Reached } from './host-connections.ts';
import { KEPT_SECONDS } from './kept-connections.ts';
import { brokenAnswer, LimitReached } from './limit-reached.ts';
import { readTarget, type Target } from './target.ts';

/** A request that may go on, with its connection to the host. */
interface Admitted {
  readonly target: Target;
  readonly connection: Reached;
  /** Decides it once more, where it may be sent again. */
  readonly again?: () => Promise<Admitted | Deny>;
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
  const { authority, request: use } = target;
  if (!mayShareConnection(request)) {
    const passed = await gate.pass('http', authority, use);
    return passed.ok ? { target, connection: passed } : passed.denial;
  }
  const attempt = async (): Promise<Admitted | Deny> => {
    const passed = await gate.pass('http', authority, use, request.socket);
    if (!passed.ok) return passed.denial;
    return { target, connection: passed, ...(passed.isReused && { again: attempt }) };
  };
  return attempt();
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
  { target, connection: { socket, watch, keep }, again }: Admitted,
): Promise<void> {
  watch?.ask();
  const upstream = send({
    method: request.method ?? 'GET',
    path: target.request.path,
    headers: {
      ...endToEndHeaders(request.headers),
      ...framing(request.headers),
      host: target.host,
      // A host that is told to close does so with a reset when it answers before the body has ended, and
      // the reset overtakes its answer.
      connection: 'keep-alive',
    },
    setHost: false,
    createConnection: () => socket,
  });
  let isKept = false;
  const close = (): void => {
    if (!isKept) socket.destroy();
  };
  // A host that says nothing would keep the call of a client that has gone.
  if (response.closed) close();
  else response.once('close', close);
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
    // The parser lets go of a connection behind a whole answer, unless the host wants it closed.
    socket.once('free', () => {
      const isWhole = watch?.end(upstream.method, answer) === true;
      isKept = isWhole && !response.destroyed && keptSeconds(answer.headers) > KEPT_SECONDS;
      if (isKept) keep();
      else socket.destroy();
    });
    response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
    await carry(answer, response);
  } catch (error) {
    const isUnread = !response.headersSent && !response.closed && watch?.isSilent === true;
    close();
    // A host may close a connection that it has kept at any time, which says nothing of the request.
    if (again !== undefined && isUnread && !(error instanceof LimitReached)) {
      await forward(request, response, await again());
      return;
    }
    if (response.headersSent) response.destroy();
    else refuse(response, brokenAnswer(error));
  } finally {
    request.unpipe(upstream);
    // A client may want to be rid of its whole body before it goes on.
    request.resume();
    close();
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
