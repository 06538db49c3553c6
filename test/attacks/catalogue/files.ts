import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('files');

/** Files beyond the directories of the agent. */
export const files: readonly AgentAttack[] = [
  attack('write_root', 'write configuration of the container', 'launcher', 'user', 'root'),
  attack('write_program', 'add a program', 'launcher', 'user', 'root'),
  attack('preload', 'have every program load a library', 'launcher', 'user', 'root'),
  attack('write_device_directory', 'write beside the devices', 'launcher', 'user'),
  attack('link_through_workspace', 'write through a link', 'launcher', 'user', 'root'),
  attack('hidden_file_linked', 'make a file without a name elsewhere', 'launcher', 'root'),
  attack('replace_launcher', 'write the launcher', 'launcher', 'user', 'separation'),
  attack('replace_launch_document', 'replace what the launcher is told', 'launcher', 'separation'),
  attack('device_node', 'make and read a device', 'launcher', 'user'),
  attack('mount_over', 'mount a directory again', 'launcher', 'profile', 'user'),
  attack('change_owner', 'give a file to the router', 'user'),
  attack('other_user', 'become the router', 'user'),
  attack('core_pattern', 'name a program that the kernel runs as root', 'launcher', 'profile', 'user'), // prettier-ignore
  attack('setting_of_kernel', 'change a setting of the kernel', 'launcher', 'profile', 'user'),
  attack('set_user_id', 'become root by a set-user-ID program', 'launcher', 'user'),
  attack('group_joined', 'join the group of the state', 'user'),
];
