import { readFileSync } from 'node:fs';
import { Size } from 'cdk8s';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { AgentResources } from 'kars-constructs';
import type { ApplicableObject } from '../client.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';

/** The text of a program beside this file. */
export const script = (name: string): string =>
  readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

/** Requests that leave room for many sandboxes on the node of the tests. */
export const smallResources = new AgentResources({
  cpu: { request: 0.1, limit: 2 },
  memory: { request: Size.mebibytes(128), limit: Size.gibibytes(1) },
});

/** A pod in the namespace `default` that answers whoever reaches its port, over TCP and UDP. */
export const neighbourPod = (
  port: number,
  { image = AGENT_IMAGE, python = '/usr/bin/python3' } = {},
): ApplicableObject & Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'neighbour', namespace: 'default' },
  spec: {
    // Python does not end by itself as the first process of a container.
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'neighbour',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: [python, '-c', script('neighbour.py'), String(port)],
      },
    ],
  },
});
