import { Config } from '@pulumi/pulumi';

/** What a stack is configured with; `Pulumi.yaml` declares the same keys. */
export interface Settings {
  readonly nodeCount: number;
  readonly nodeSize: string;
  readonly kubernetesVersion: string;
  /** Registry and path that the images were pushed to. */
  readonly imageRegistry: string;
  /** File that `npm run images` wrote. */
  readonly imageList: string;
  /** Image of the agent, by digest. */
  readonly agentImage: string;
  /** Group of those who apply the objects of platform and sandboxes. */
  readonly deployerGroup: string;
}

/**
 * Reads the configuration of the stack.
 *
 * @throws ConfigMissingError without a registry or an agent: a cluster pulls neither by a name on this machine.
 */
export function readSettings(config = new Config('kars')): Settings {
  return {
    nodeCount: config.getNumber('nodeCount') ?? 2,
    nodeSize: config.get('nodeSize') ?? 'Standard_D4s_v5',
    kubernetesVersion: config.get('kubernetesVersion') ?? '1.34',
    imageRegistry: config.require('imageRegistry'),
    imageList: config.get('imageList') ?? 'out/images/images.json',
    agentImage: config.require('agentImage'),
    deployerGroup: config.get('deployerGroup') ?? 'system:masters',
  };
}
