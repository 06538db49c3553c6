import type { AgentAttack } from '../attack.ts';
import type { LayerId } from '../layers.ts';

/** Makes attacks of one area, each named after its attempt. */
export const inArea =
  (area: AgentAttack['area']) =>
  (attempt: string, title: string, ...stoppedBy: readonly LayerId[]): AgentAttack => ({
    id: `${area}-${attempt.replaceAll('_', '-')}`,
    area,
    title,
    attempt,
    stoppedBy,
  });
