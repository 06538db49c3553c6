import { Config } from '@pulumi/pulumi';

/** What a stack is configured with; `Pulumi.yaml` declares the same keys. */
export interface Settings {
  readonly nodeCount: number;
  readonly nodeSize: string;
  readonly kubernetesVersion: string;
}

/** Reads the configuration of the stack. */
export function readSettings(config = new Config('kars')): Settings {
  return {
    nodeCount: config.getNumber('nodeCount') ?? 2,
    nodeSize: config.get('nodeSize') ?? 'Standard_D4s_v5',
    kubernetesVersion: config.get('kubernetesVersion') ?? '1.34',
  };
}
