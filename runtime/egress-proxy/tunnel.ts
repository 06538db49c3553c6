import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { deny, parseTarget, type Authority } from 'kars-constructs/contract';
import { denialAnswer, rawAnswer } from './answer.ts';
import type { Gate } from './gate.ts';

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/**
 * Serves a CONNECT request: one decision, then bytes in both directions until both have ended. Where the
 * target has HTTP, its requests are decided instead.
 */
export async function tunnel(
  gate: Gate,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  carryHttp: (client: Duplex, target: Authority) => void,
): Promise<void> {
  client.on('error', () => client.destroy());
  const target = parseTarget(request.url ?? '');
  if (target === undefined) {
    const reason = `got ${JSON.stringify(request.url ?? '').slice(0, 300)}, supply a host name, or an address in its usual spelling, and a port`;
    const denial = deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
    client.end(rawAnswer(denialAnswer(await gate.refuseUnreadable('connect', denial))));
    return;
  }
  const decision = gate.decide(target);
  if (decision.allow && decision.protocol === 'http') {
    client.write(ESTABLISHED);
    client.unshift(head);
    carryHttp(client, target);
    return;
  }
  const dialled = await gate.pass('connect', target);
  if (!dialled.ok) {
    client.end(rawAnswer(denialAnswer(dialled.denial)));
    return;
  }
  const { socket } = dialled;
  client.write(ESTABLISHED);
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

/** A tunnel inside a tunnel would be decided by what the outer one is for. */
export async function refuseInner(gate: Gate, client: Duplex): Promise<void> {
  client.on('error', () => client.destroy());
  const denial = deny('KARS_REQUEST_INVALID', 'egress proxy', 'got CONNECT inside a tunnel');
  client.end(rawAnswer(denialAnswer(await gate.refuseUnreadable('connect', denial))));
}
