import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Answer, ApplicableObject } from '../cluster/client.ts';
import type { Outcome, Target, UserAttack } from './attack.ts';
import { userAttacks } from './catalogue/index.ts';

/** A running pod as somebody would make it again. */
export function madeAnew({ metadata, spec }: Pod): ApplicableObject {
  const ofCluster = new Set(['nodeName', 'tolerations']);
  const rest = Object.fromEntries(
    Object.entries(spec ?? {}).filter(([key]) => !ofCluster.has(key)),
  );
  const kept = {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    labels: metadata?.labels ?? {},
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: kept, ...{ spec: rest } };
}

/** Makes every request, and says what became of each by its id. */
export async function requestAll(target: Target): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const attack of userAttacks) {
    outcomes.set(attack.id, outcomeOf(attack, await attack.request(target)));
  }
  return outcomes;
}

function outcomeOf(
  { stoppedBy: [policy], connects = false }: UserAttack,
  { ok, message }: Answer,
): Outcome {
  const [, code] = /\[(KARS_[A-Z_]+)\]/.exec(message) ?? [];
  if (code !== undefined) {
    return message.includes(`'${policy}'`)
      ? { outcome: 'stopped', detail: code }
      : { outcome: 'error', detail: `refused by another policy: ${code}` };
  }
  return ok || (connects && !message.includes('ValidatingAdmissionPolicy'))
    ? { outcome: 'succeeded', detail: 'no policy refused it' }
    : { outcome: 'error', detail: message };
}
