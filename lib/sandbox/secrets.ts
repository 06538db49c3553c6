import type { SecretValue } from 'cdk8s-plus-28';
import { isReservedVariable } from '../contract/agent-variables.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import type { Problem } from '../contract/problem.ts';
import { PLATFORM_PREFIX } from '../contract/sandbox-names.ts';
import { problem } from '../private/problems.ts';

type Spec = NonNullable<KarsSandboxSpec['secrets']>[number];

/** A key of a Secret in the namespace of the sandbox that the agent gets; whoever hijacks the agent has it too. */
export class SandboxSecret {
  /** As an environment variable; a changed Secret is seen after a restart. */
  static env(variable: string, value: SecretValue): SandboxSecret {
    return new SandboxSecret({ secretRef: refTo(value), env: variable });
  }

  /** As a file of this name below `/run/kars/secrets`; a changed Secret is seen within minutes. */
  static file(name: string, value: SecretValue): SandboxSecret {
    return new SandboxSecret({ secretRef: refTo(value), file: name });
  }

  /** As the custom resource carries it. */
  readonly spec: Spec;

  private constructor(spec: Spec) {
    this.spec = spec;
  }

  /** What rules of the kind refuse as well, which cannot say which entry they mean. */
  validate(path: string): Problem[] {
    const { secretRef, env } = this.spec;
    const ofPlatform = `got the Secret ${secretRef.name}, and names that begin with ${PLATFORM_PREFIX} are the platform's; supply another Secret`;
    const ofSandbox = `got ${env ?? ''}, which the sandbox sets itself or keeps from agents; supply another variable`;
    return [
      ...(secretRef.name.startsWith(PLATFORM_PREFIX)
        ? [problem('KARS_MANIFEST_INVALID', `${path}.secretRef.name`, ofPlatform)]
        : []),
      ...(env !== undefined && isReservedVariable(env)
        ? [problem('KARS_ENV_RESERVED', `${path}.env`, ofSandbox)]
        : []),
    ];
  }
}

const refTo = ({ secret, key }: SecretValue): Spec['secretRef'] => ({ name: secret.name, key });
