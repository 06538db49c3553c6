import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Authority, Deny } from 'kars-constructs/contract';
import { request as send, STATUS_CODES } from '../service/node-http.ts';
import { denialAnswer, rawAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { endToEndHeaders } from './headers.ts';
import { brokenAnswer } from './limit-reached.ts';
import { splice } from './splice.ts';
import { readTarget, type Target } from './target.ts';

/** What a host made of a request to switch, and the bytes behind its answer. */
interface Switched {
  readonly answer: IncomingMessage;
  /** The connection, when the host has switched. */
  readonly connection?: Duplex;
  readonly rest: Buffer;
}

/**
 * Serves a request to switch to WebSocket: one decision, then bytes in both directions.
 *
 * @see RFC 6455 section 4
 */
export async function upgrade(
  gate: Gate,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  bound?: Authority,
): Promise<void> {
  client.on('error', () => client.destroy());
  const refuse = (denial: Deny): void => void client.end(rawAnswer(denialAnswer(denial, request)));
  const target = readTarget(request, bound);
  if ('code' in target) {
    refuse(await gate.refuseUnreadable('http', target));
    return;
  }
  const dialled = await gate.pass('http', target.authority, target.request);
  if (!dialled.ok) {
    refuse(dialled.denial);
    return;
  }
  try {
    await carry(await ask(request, target, dialled.socket), client, head);
  } catch (error) {
    refuse(brokenAnswer(error));
  } finally {
    dialled.socket.destroy();
  }
}

async function ask(
  request: IncomingMessage,
  { host, request: { path } }: Target,
  socket: Duplex,
): Promise<Switched> {
  const { promise, resolve, reject } = Promise.withResolvers<Switched>();
  const upstream = send({
    path,
    headers: {
      ...endToEndHeaders(request.headers),
      host,
      connection: 'Upgrade',
      upgrade: 'websocket',
    },
    setHost: false,
    createConnection: () => socket,
  });
  upstream.on('error', reject);
  upstream.once('close', () => reject(new Error('closed without an answer')));
  upstream.once('response', (answer) => resolve({ answer, rest: Buffer.alloc(0) }));
  upstream.once('upgrade', (answer, connection, rest) => {
    if (answer.headers.upgrade?.toLowerCase() === 'websocket')
      resolve({ answer, connection, rest });
    else reject(new Error('switched to another protocol'));
  });
  upstream.end();
  return promise;
}

async function carry({ answer, connection, rest }: Switched, client: Duplex, head: Buffer) {
  const fields = connection
    ? { connection: 'Upgrade', upgrade: 'websocket' }
    : { connection: 'close' };
  client.write(headOf(answer, fields));
  if (connection === undefined) {
    await pipeline(answer, client).catch(() => client.destroy());
    return;
  }
  client.write(rest);
  connection.write(head);
  await splice(client, connection);
}

function headOf(answer: IncomingMessage, more: Readonly<Record<string, string>>): string {
  const { statusCode: status = 502 } = answer;
  const lines = Object.entries({ ...endToEndHeaders(answer.headers), ...more }).flatMap(
    ([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
}
