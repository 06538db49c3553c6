import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('resources');

/** More than the agent's share. */
export const resources: readonly AgentAttack[] = [
  attack('memory', 'use more memory than the limit', 'limits'),
  attack('kernel_memory', 'hold memory of the kernel, in the buffers of sockets', 'limits'),
  attack('descriptors', 'open files without end', 'launcher'),
  attack('processor', 'use more CPU than the limit', 'limits'),
  attack('processes', 'start processes without end', 'processes'),
];
