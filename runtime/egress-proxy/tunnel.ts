import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { deny, parseTarget } from 'kars-constructs/contract';
import { denialAnswer, rawAnswer } from './answer.ts';
import type { Gate } from './gate.ts';

/** Serves a CONNECT request: one decision, then bytes in both directions until both have ended. */
export async function tunnel(
  gate: Gate,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  client.on('error', () => client.destroy());
  const target = parseTarget(request.url ?? '');
  if (target === undefined) {
    const reason = `got ${JSON.stringify(request.url ?? '').slice(0, 300)}, supply a host name, or an address in its usual spelling, and a port`;
    const denial = deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
    client.end(rawAnswer(denialAnswer(await gate.refuseUnreadable('connect', denial))));
    return;
  }
  const dialled = await gate.pass('connect', target);
  if (!dialled.ok) {
    client.end(rawAnswer(denialAnswer(dialled.denial)));
    return;
  }
  const { socket } = dialled;
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  if (head.length > 0) socket.write(head);
  try {
    await Promise.all([pipeline(client, socket), pipeline(socket, client)]);
  } catch {
    // Either end may break a connection at any time; what matters is that both are closed.
  } finally {
    client.destroy();
    socket.destroy();
  }
}
