import { canonicalJson, contentDigest, type Json } from '../../contract/canonical.ts';
import { ENOSYS, EPERM } from './errno.ts';
import { strictRules, type ArgumentCondition, type SyscallRule } from './rules.ts';

/** A seccomp profile as a file on a node. */
export interface LocalhostProfile {
  /** Path below the seccomp directory of the kubelet; it has the hash of the content, so that no node ever runs another version. */
  readonly path: string;
  readonly body: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
}

/** Every container of every sandbox names it. */
let profile: LocalhostProfile | undefined;

/**
 * The profile `kars-strict` in the format of the OCI runtime specification, which containerd takes for
 * profiles of the type Localhost.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
 */
export function strictProfile(): LocalhostProfile {
  return (profile ??= render());
}

function render(): LocalhostProfile {
  const body = canonicalJson({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
    syscalls: strictRules.map(syscall),
  });
  const digest = contentDigest(body);
  const hash = digest.slice('sha256:'.length);
  return { path: `kars/kars-strict-${hash.slice(0, 12)}.json`, body, digest };
}

function syscall({ names, verdict, when = [] }: SyscallRule): { readonly [key: string]: Json } {
  return {
    names: [...names],
    ...(verdict === 'allow'
      ? { action: 'SCMP_ACT_ALLOW' }
      : { action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }),
    ...(when.length === 0 ? {} : { args: when.map(argument) }),
  };
}

const argument = (condition: ArgumentCondition): { readonly [key: string]: Json } =>
  'equals' in condition
    ? { index: condition.argument, value: condition.equals, op: 'SCMP_CMP_EQ' }
    : {
        index: condition.argument,
        value: condition.noneOf,
        valueTwo: 0,
        op: 'SCMP_CMP_MASKED_EQ',
      };
