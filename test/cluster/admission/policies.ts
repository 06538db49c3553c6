import type { ApplicableObject, Client } from '../client.ts';

const API = 'admissionregistration.k8s.io/v1';
const BINDINGS = `/apis/${API}/validatingadmissionpolicybindings`;

let waits = 0;
const newestCanary = (): string => `canary-${waits}`;

const canaryOf = (kind: string, name: string, spec: object): ApplicableObject => ({
  apiVersion: API,
  kind,
  metadata: { name },
  ...{ spec },
});

/**
 * A policy that refuses the ConfigMap of its name, with its binding. The API server watches policies and
 * bindings apart; once it has both of these, it has all that were stored before.
 */
const canary = (name: string): readonly ApplicableObject[] => [
  canaryOf('ValidatingAdmissionPolicy', name, {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression: `object.metadata.name != '${name}'` }],
  }),
  canaryOf('ValidatingAdmissionPolicyBinding', name, {
    policyName: name,
    validationActions: ['Deny'],
  }),
];

/** Waits until all stored policies are in force. */
export async function policiesInForce(admin: Client): Promise<void> {
  waits += 1;
  for (const object of canary(newestCanary())) {
    const { ok, message } = await admin.apply(object);
    if (!ok) throw new Error(message);
  }
  await until(admin, false);
}

/** Takes all policies out of force, and waits until they are. */
export async function liftPolicies(admin: Client): Promise<void> {
  const { body } = await admin.call('GET', BINDINGS);
  const { items } = body as { items: readonly ApplicableObject[] };
  const names = items
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== newestCanary());
  for (const name of [...names, newestCanary()]) await admin.call('DELETE', `${BINDINGS}/${name}`);
  await until(admin, true);
}

async function until(admin: Client, isTaken: boolean): Promise<void> {
  const metadata = { name: newestCanary(), namespace: 'default' };
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    if ((await admin.apply(object, { dryRun: true })).ok === isTaken) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the admission policies did not change within fifteen seconds');
}
