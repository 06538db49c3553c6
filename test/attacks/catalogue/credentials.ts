import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('credentials');

/** What an agent could use elsewhere. */
export const credentials: readonly AgentAttack[] = [
  attack('token', 'read the token of the service account', 'separation'),
  attack('documents', 'read the policy documents', 'separation'),
  attack('provider_key', 'read the key of the model provider from its file', 'separation'),
  attack('cluster_variables', 'learn of the API server from variables', 'launcher'),
  attack('sidecar_environment', 'read the variables of a sidecar', 'separation', 'user'),
  attack('sidecar_files', 'read the files of a sidecar by its root', 'separation', 'user'),
  attack('sidecar_descriptors', 'list the open files of a sidecar', 'separation', 'user'),
  attack('sidecar_memory', 'read the memory of a sidecar by its file', 'separation', 'user'),
  attack(
    'sidecar_memory_by_call',
    'read the memory of a sidecar by a call',
    ...(['separation', 'launcher', 'profile', 'user'] as const),
  ),
  attack(
    'sidecar_traced',
    'trace a sidecar',
    ...(['separation', 'launcher', 'profile', 'user'] as const),
  ),
  attack(
    'sidecar_descriptor_taken',
    'take an open file of a sidecar',
    ...(['separation', 'launcher', 'profile', 'user'] as const),
  ),
  attack('sidecar_signalled', 'signal a sidecar', 'separation', 'user'),
  attack('sidecar_debugger', 'have a sidecar open its debugger', 'separation', 'user'),
  attack('core_file', 'leave a core file with what a program knew', 'launcher'),
  attack('metadata', 'ask the metadata service of the cloud', 'packets'),
  attack('state', 'read the audit log', 'separation'),
];
