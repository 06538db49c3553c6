import { readdirSync } from 'node:fs';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { platformNamespaces } from 'kars-constructs/contract';
import { exampleObjects } from '../../support/examples.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

/** Stored already, or what the policies themselves are. */
const LEFT_OUT = [
  'CustomResourceDefinition',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

const writerOf = ({ kind, metadata: { name, namespace } }: ApplicableObject): Who => {
  const place = kind === 'Namespace' ? name : namespace;
  return platformNamespaces.some((platform) => platform === place)
    ? 'platformDeployers'
    : 'deployers';
};

/** The pod that the cluster makes from a workload. */
function podOf(workload: ApplicableObject): ApplicableObject {
  const { template } = (workload as unknown as Deployment).spec ?? {};
  const { name, namespace = '' } = workload.metadata;
  const metadata = { ...template?.metadata, name: `${name}-1`, namespace };
  return { apiVersion: 'v1', kind: 'Pod', metadata, ...{ spec: template?.spec } };
}

describe.each(readdirSync('examples'))('the example %s', (name) => {
  const floor = useFloor();

  beforeAll(async () => {
    await floor.deploy([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
  });

  it('is admitted as a whole, with the pods that it makes', async () => {
    const objects = exampleObjects(name).filter(({ kind }) => !LEFT_OUT.includes(kind));
    const isNamespace = ({ kind }: ApplicableObject): boolean => kind === 'Namespace';
    const ordered = [...objects.filter(isNamespace), ...objects.filter((one) => !isNamespace(one))];
    const refused: string[] = [];
    for (const object of ordered) {
      const answer = refusalOf(await floor.as(writerOf(object)).apply(object));
      if (answer !== 'allowed') refused.push(`${object.kind} ${object.metadata.name}: ${answer}`);
    }
    expect(refused).toEqual([]);
    const workloads = objects.filter(({ kind }) => ['Deployment', 'DaemonSet'].includes(kind));
    expect(workloads.length).toBeGreaterThan(0);
    for (const workload of workloads) {
      expect(refusalOf(await floor.tries('controller', podOf(workload)))).toBe('allowed');
    }
  });
});
