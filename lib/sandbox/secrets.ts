import type { SecretValue } from 'cdk8s-plus-28';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';

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
}

const refTo = ({ secret, key }: SecretValue): Spec['secretRef'] => ({ name: secret.name, key });
