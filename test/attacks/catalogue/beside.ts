import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('kernel');

/** What the kubelet starts beside the agent, such as a hook: the same user, in the same namespaces. */
export const beside: readonly AgentAttack[] = [
  attack('hook_socket', 'reach the abstract socket of a program beside the agent', 'launcher'),
  attack('hook_signalled', 'signal a program beside the agent', 'launcher'),
];
