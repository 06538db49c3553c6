import type { AdmissionPolicyName } from 'kars-constructs/contract';
import type { Answer, ApplicableObject } from '../../cluster/client.ts';
import type { Target, UserAttack } from '../attack.ts';

export const attack = (
  id: string,
  title: string,
  layer: AdmissionPolicyName,
  request: (target: Target) => Promise<Answer>,
): UserAttack => ({ id: `cluster-${id}`, area: 'cluster', title, request, stoppedBy: [layer] });

const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

export const podPath = ({ namespace, pod }: Target): string =>
  `/api/v1/namespaces/${namespace}/pods/${pod}`;

/** An attack that asks for a connection to the running pod. */
export const connection = (id: string, title: string, subresource: string): UserAttack => ({
  ...attack(id, title, 'kars-subresources', (target) =>
    target.client.call('POST', `${podPath(target)}${subresource}`),
  ),
  connects: true,
});

export const patch = (target: Target, path: string, body: object, type = MERGE): Promise<Answer> =>
  target.client.call('PATCH', `${path}?dryRun=All`, body, type);

/** The pod of the sandbox under another name, changed. */
export const pod =
  (change: (spec: Record<string, unknown>, metadata: Record<string, unknown>) => void) =>
  (target: Target): Promise<Answer> => {
    const { spec, metadata } = structuredClone(target.objectOf('Pod')) as unknown as {
      spec: Record<string, unknown>;
      metadata: Record<string, unknown>;
    };
    change(spec, metadata);
    const named = { ...metadata, name: 'other' } as unknown as ApplicableObject['metadata'];
    return target.tries({ apiVersion: 'v1', kind: 'Pod', metadata: named, ...{ spec } });
  };

/** One list of a pod, such as its volumes. */
export const listOf = (spec: Record<string, unknown>, name: string): Record<string, unknown>[] =>
  spec[name] as Record<string, unknown>[];

export const first = (spec: Record<string, unknown>, name: string): Record<string, unknown> =>
  listOf(spec, name)[0] ?? {};

export const written =
  (kind: string, change: (spec: Record<string, unknown>) => void) =>
  (target: Target): Promise<Answer> => {
    const object = structuredClone(target.objectOf(kind)) as ApplicableObject & {
      spec: Record<string, unknown>;
    };
    change(object.spec);
    return target.tries(object);
  };

export const applied =
  (object: (namespace: string) => ApplicableObject) =>
  (target: Target): Promise<Answer> =>
    target.tries(object(target.namespace));

export const inNamespace = (
  apiVersion: string,
  kind: string,
  name: string,
  more: object,
): ((target: Target) => Promise<Answer>) =>
  applied((namespace) => ({ apiVersion, kind, metadata: { name, namespace }, ...more }));
