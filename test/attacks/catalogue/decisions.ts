import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('decisions');

/** What router and proxy are asked for, and policy does not allow. */
export const decisions: readonly AgentAttack[] = [
  attack('proxy_connect_to_address', 'tunnel to an address of the cluster', 'egress'),
  attack('proxy_forward_to_address', 'fetch from an address of the cluster', 'egress'),
  attack('proxy_connect_with_other_host', 'tunnel under the name of an allowed host', 'egress'),
  attack('other_model', 'use a model that no policy lists', 'model'),
  attack('other_tool', 'offer a model a tool that no policy lists', 'model'),
  attack('too_many_tokens', 'ask for more tokens than the policy allows', 'model'),
];
