import { Chart, Duration, Testing } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import {
  AgentProbe,
  AgentRuntime,
  type ContainerAgentProps,
  type KarsSandboxProps,
} from 'kars-constructs';
import type { SynthesizedApp } from 'kars-constructs/testing';
import { synthesized } from '../../support/pod.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { nodeImages } from '../node/use-node.ts';
import { script, smallResources } from './agents.ts';

/** The command that runs a Python program beside this file. */
export const python = (name: string, ...args: string[]): string[] => [
  '/usr/bin/python3',
  '-c',
  script(name),
  ...args,
];

/** An agent in the image of the tests. */
export const agentThat = (
  command: readonly string[],
  props: Partial<ContainerAgentProps> = {},
): AgentRuntime => AgentRuntime.container({ image: AGENT_IMAGE, command, ...props });

/** The objects of a sandbox that leaves room for others on the node. */
export const sandbox = (name: string, props: Partial<KarsSandboxProps>): SynthesizedApp =>
  synthesized({ name, resources: smallResources, ...props }, nodeImages());

/** Scope of objects that others make. */
export const elsewhere = new Chart(Testing.app(), 'chart');
const secret = Secret.fromSecretName(elsewhere, 'secret', 'git-host');
/** A key of the Secret `git-host` in the namespace of the sandbox. */
export const keyed = (key: string): SecretValue => ({ secret, key });

/** An agent with every probe and hook, see `probed.py` and `probe.py`. */
export const probedAgent = agentThat(python('probed.py'), {
  probes: {
    liveness: AgentProbe.exec(python('probe.py'), {
      period: Duration.seconds(1),
      timeout: Duration.seconds(10),
      failureThreshold: 1,
    }),
    readiness: AgentProbe.http('/', { port: 8080, period: Duration.seconds(1) }),
  },
  lifecycle: {
    postStart: ['/bin/sh', '-c', 'umask > /tmp/hook'],
    terminationGracePeriod: Duration.seconds(1),
  },
});
