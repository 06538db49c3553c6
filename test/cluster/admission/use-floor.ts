import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { AdmissionProps, ClusterNetwork, KarsImages } from 'kars-constructs';
import { liftPolicies, policiesInForce } from './policies.ts';
import { groups, platformWith } from '../../support/admission.ts';
import { namespace } from '../../../lib/sandbox/service-account.ts';
import type { Answer, ApplicableObject, Client } from '../client.ts';
import { startCluster, type Cluster } from '../cluster.ts';
import { serveKinds } from '../with-crds.ts';

/**
 * Who asks: a role of the platform, a controller of the cluster, or somebody who is neither. All may do
 * everything by RBAC.
 */
export type Who = keyof typeof groups | 'controller' | 'tenant';

/** An API server with the admission policies of the platform, for all tests of a file. */
export interface UsedFloor {
  readonly cluster: Cluster;
  /** What somebody shows the API server. */
  readonly tokenOf: (who: Who) => string;
  /** The client of somebody. */
  readonly as: (who: Who) => Client;
  /** The client of somebody in this role who has no right by RBAC but that of the role. */
  readonly restricted: (role: keyof typeof groups) => Client;
  /** What somebody would be answered who applies an object; nothing is stored. */
  readonly tries: (who: Who, object: ApplicableObject) => Promise<Answer>;
  /** Applies objects as the deployers do, for tests that build on them. */
  readonly deploy: (objects: readonly ApplicableObject[]) => Promise<void>;
  /** Takes the policies out of force, for negative controls. */
  readonly lift: () => Promise<void>;
  /** Makes the namespace of a sandbox. */
  readonly namespace: (sandbox: string) => Promise<void>;
}

const people: readonly Who[] = [
  'deployers',
  'platformDeployers',
  'operators',
  'breakGlass',
  'controller',
  'tenant',
];

const roles = Object.keys(groups) as (keyof typeof groups)[];

const userOf = (who: Who): string =>
  who === 'controller' ? 'system:serviceaccount:kube-system:replicaset-controller' : who;

const groupsOf = (who: Who): string[] =>
  who === 'controller' || who === 'tenant' ? ['people'] : ['people', groups[who]];

/** The code of a refusal, or why there is none. */
export const refusalOf = ({ ok, message }: Answer): string =>
  ok ? 'allowed' : (/\[(KARS_[A-Z_]+)\]/.exec(message)?.[1] ?? message);

/**
 * Starts the API server before the tests of a file, and ends it after them. The objects in `before` are
 * there before the policies.
 */
export function useFloor(
  admission: Partial<AdmissionProps> = {},
  images?: KarsImages,
  before: readonly ApplicableObject[] = [],
  network?: ClusterNetwork,
): UsedFloor {
  const tokens = new Map(people.map((who) => [who, randomBytes(16).toString('hex')]));
  const secret = randomBytes(16).toString('hex');
  let started: Cluster | undefined;
  const cluster = (): Cluster => {
    if (started === undefined) throw new Error('there is no API server before the first hook');
    return started;
  };
  const tokenOf = (who: Who): string => tokens.get(who) ?? '';
  const as = (who: Who): Client => cluster().as(tokenOf(who));
  beforeAll(async () => {
    started = await startCluster({
      users: [...tokens]
        .map(([who, token]) => `${token},${userOf(who)},${who},"${groupsOf(who).join(',')}"`)
        .concat(
          roles.map((role) => `${role}-${secret},restricted-${role},r-${role},"${groups[role]}"`),
        ),
    });
    const { admin } = started;
    await serveKinds(admin);
    await applied(admin, [
      ...before,
      everythingFor('people'),
      ...floorObjects(admission, images, network),
    ]);
    await policiesInForce(admin);
  });
  afterAll(() => started?.stop());
  const deploy = (objects: readonly ApplicableObject[]): Promise<void> =>
    applied(as('deployers'), objects);
  return {
    get cluster() {
      return cluster();
    },
    tokenOf,
    as,
    restricted: (role) => cluster().as(`${role}-${secret}`),
    tries: (who, object) => as(who).apply(object, { dryRun: true }),
    deploy,
    lift: () => liftPolicies(cluster().admin),
    namespace: (sandbox) => deploy([namespace(sandbox, 'agents') as ApplicableObject]),
  };
}

function floorObjects(
  admission: Partial<AdmissionProps>,
  images: KarsImages | undefined,
  network: ClusterNetwork | undefined,
): readonly ApplicableObject[] {
  return platformWith(admission, images, network).objects.filter(
    ({ kind }) => kind !== 'CustomResourceDefinition',
  );
}

const everythingFor = (group: string): ApplicableObject => {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: group },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  };
  return binding;
};

async function applied(client: Client, objects: readonly ApplicableObject[]): Promise<void> {
  for (const object of objects) {
    const { ok, message } = await client.apply(object);
    if (!ok) throw new Error(`${object.kind} ${object.metadata.name}: ${message}`);
  }
}
