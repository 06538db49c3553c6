import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { deny, parseTarget, type Authority } from 'kars-constructs/contract';
import { denialAnswer, rawAnswer } from './answer.ts';
import type { Gate } from './gate.ts';
import { splice } from './splice.ts';
import { alertRecord } from './tls/alert.ts';
import { checkHello } from './tls/check-hello.ts';

/** What the protocol of a target may ask for. */
export interface TargetParts {
  /** Serves the requests of a connection whose target is known. */
  readonly carryHttp: (client: Duplex, target: Authority) => void;
  /** To the end of a ClientHello. */
  readonly helloMilliseconds: number;
}

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
  { carryHttp, helloMilliseconds }: TargetParts,
): Promise<void> {
  client.on('error', () => client.destroy());
  const target = parseTarget(request.url ?? '');
  if (target === undefined) {
    const reason = `got ${JSON.stringify(request.url ?? '').slice(0, 300)}, supply a host name, or an address in its usual spelling, and a port`;
    const denial = deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
    client.end(rawAnswer(denialAnswer(await gate.refuseUnreadable('connect', denial), request)));
    return;
  }
  const decision = gate.decide(target);
  if (decision.allow && decision.protocol === 'http') {
    client.write(ESTABLISHED);
    client.unshift(head);
    carryHttp(client, target);
    return;
  }
  const use = decision.allow && decision.protocol === 'tls' ? 'tls' : 'tcp';
  const dialled = await gate.pass('connect', target, use);
  if (!dialled.ok) {
    client.end(rawAnswer(denialAnswer(dialled.denial, request)));
    return;
  }
  const { socket } = dialled;
  client.write(ESTABLISHED);
  const first =
    use === 'tls' && decision.allow
      ? await checkHello({ client, head, target, allowed: decision }, helloMilliseconds)
      : { ok: true as const, bytes: head };
  if (!first.ok) {
    socket.destroy();
    await gate.refuse('connect', target, first.denial);
    client.resume();
    client.end(alertRecord(first.alert));
    return;
  }
  if (first.bytes.length > 0) socket.write(first.bytes);
  await splice(client, socket);
}

/** A tunnel inside a tunnel would be decided by what the outer one is for. */
export async function refuseInner(gate: Gate, client: Duplex): Promise<void> {
  client.on('error', () => client.destroy());
  const denial = deny('KARS_REQUEST_INVALID', 'egress proxy', 'got CONNECT inside a tunnel');
  client.end(rawAnswer(denialAnswer(await gate.refuseUnreadable('connect', denial))));
}
