import type { Socket } from 'node:net';
import {
  protocolAt,
  type Authority,
  type Deny,
  type EgressProtocol,
} from 'kars-constructs/contract';
import { denialAnswer, rawAnswer } from '../answer.ts';
import type { Gate } from '../gate.ts';
import { splice } from '../splice.ts';
import { alertRecord, alerts, type Alert } from '../tls/alert.ts';
import { checkHello } from '../tls/check-hello.ts';
import type { TargetParts } from '../tunnel.ts';

/** What the transparent surface needs besides the gate. */
export interface TransparentParts extends TargetParts {
  /** The name that a synthetic address stands for. */
  readonly nameOf: (address: string) => string | undefined;
}

/**
 * Serves a connection of a program that knows of no proxy. Its target is the name behind the address that
 * it wanted to reach, or else that address itself, which only a range allows.
 */
export async function serveTransparent(
  gate: Gate,
  client: Socket,
  destination: Authority,
  { nameOf, carryHttp, helloMilliseconds }: TransparentParts,
): Promise<void> {
  client.on('error', () => client.destroy());
  const target = { ...destination, host: nameOf(destination.host) ?? destination.host };
  const decision = gate.decide(target);
  const protocol = decision.allow ? decision.protocol : protocolAt(target, target.port);
  const end = (denial: Deny, alert: Alert): void => endDenied(client, denial, protocol, alert);
  if (!decision.allow) {
    end(await gate.refuse('transparent', target, decision), alerts.accessDenied);
    return;
  }
  if (protocol === 'http') {
    carryHttp(client, target);
    return;
  }
  const head = Buffer.alloc(0);
  const first =
    protocol === 'tls'
      ? await checkHello({ client, head, target, allowed: decision }, helloMilliseconds)
      : { ok: true as const, bytes: head };
  if (!first.ok) {
    end(await gate.refuse('transparent', target, first.denial), first.alert);
    return;
  }
  const dialled = await gate.pass('transparent', target, protocol);
  if (!dialled.ok) {
    end(dialled.denial, alerts.internalError);
    return;
  }
  if (first.bytes.length > 0) dialled.socket.write(first.bytes);
  await splice(client, dialled.socket);
}

/** Tells a program what its protocol can say; for one that is not known there is only a reset. */
function endDenied(client: Socket, denial: Deny, protocol: EgressProtocol, alert: Alert): void {
  if (protocol === 'tcp') {
    client.resetAndDestroy();
    return;
  }
  // Unread bytes would make the kernel send a reset, which overtakes the answer.
  client.resume();
  client.end(denialBytes(denial, protocol, alert), () => client.destroySoon());
}

/** A denial in a protocol that has words for one. */
export const denialBytes = (
  denial: Deny,
  protocol: Exclude<EgressProtocol, 'tcp'>,
  alert: Alert,
): Buffer | string => (protocol === 'tls' ? alertRecord(alert) : rawAnswer(denialAnswer(denial)));
