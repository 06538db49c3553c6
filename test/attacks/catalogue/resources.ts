import type { AgentAttack } from '../attack.ts';

/** More than the agent's share. */
export const resources: readonly AgentAttack[] = [
  {
    id: 'resources-memory',
    area: 'resources',
    title: 'use more memory than the limit',
    attempt: 'memory',
    stoppedBy: ['limits'],
  },
];
