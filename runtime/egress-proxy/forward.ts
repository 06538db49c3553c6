import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { deny, normalHost, type Authority, type Deny } from 'kars-constructs/contract';
import { denialAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { endToEndHeaders } from './headers.ts';

/** Serves one absolute-form request; every request on a connection is decided by itself. */
export async function forward(
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = readTarget(request);
  if ('code' in target) {
    refuse(response, await gate.refuseUnreadable('http', target));
    return;
  }
  const dialled = await gate.pass('http', target.authority);
  if (!dialled.ok) {
    refuse(response, dialled.denial);
    return;
  }
  await exchange(request, response, target, dialled.socket);
}

interface Target {
  readonly authority: Authority;
  /** Host header for the origin. */
  readonly host: string;
  readonly path: string;
}

/** The one reading of a request: what is decided is what is dialled and sent. */
function readTarget({ url = '', headers }: IncomingMessage): Target | Deny {
  const invalid = (reason: string): Deny => deny('KARS_REQUEST_INVALID', 'egress proxy', reason);
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) {
    return invalid('supply an absolute http URL, or use CONNECT');
  }
  const parsed = new URL(url);
  const host = normalHost(parsed.hostname);
  if (host === undefined) {
    const reason = `got ${JSON.stringify(parsed.hostname)}, supply a host name`;
    return deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
  }
  if (parsed.username !== '' || parsed.password !== '') return invalid('got user information');
  if (hostOf(headers.host) !== parsed.host) {
    return invalid('the Host header names another host or port than the target');
  }
  if (headers.upgrade !== undefined) return invalid('got Upgrade, which is not forwarded');
  return {
    authority: { host, port: parsed.port === '' ? 80 : Number(parsed.port) },
    host: parsed.host,
    path: `${parsed.pathname}${parsed.search}`,
  };
}

/** The Host header in the form that the URL parser gives, so that a default port makes no difference. */
function hostOf(header: string | undefined): string | undefined {
  const url = `http://${header ?? ''}/`;
  return URL.canParse(url) && new URL(url).href === `http://${new URL(url).host}/`
    ? new URL(url).host
    : undefined;
}

function refuse(response: ServerResponse, denial: Deny): void {
  const { status, headers, body } = denialAnswer(denial);
  response.writeHead(status, headers);
  response.end(body);
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { host, path }: Target,
  socket: Socket,
): Promise<void> {
  const upstream = send({
    method: request.method ?? 'GET',
    path,
    headers: { ...endToEndHeaders(request.headers), host },
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
