import type { ApplicableObject, Client } from '../client.ts';

const API = 'admissionregistration.k8s.io/v1';
const BINDINGS = `/apis/${API}/validatingadmissionpolicybindings`;
const CANARY = 'canary';

const canary = (kind: string, spec: object): ApplicableObject => ({
  apiVersion: API,
  kind,
  metadata: { name: CANARY },
  ...{ spec },
});

/** The last policy that is stored; all of them come into force at once. */
const canaries: readonly ApplicableObject[] = [
  canary('ValidatingAdmissionPolicy', {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression: `object.metadata.name != '${CANARY}'` }],
  }),
  canary('ValidatingAdmissionPolicyBinding', {
    policyName: CANARY,
    validationActions: ['Deny'],
  }),
];

/** Waits until all stored policies are in force. */
export async function policiesInForce(admin: Client): Promise<void> {
  for (const object of canaries) {
    const { ok, message } = await admin.apply(object);
    if (!ok) throw new Error(message);
  }
  await until(admin, false);
}

/** Takes all policies out of force, and waits until they are. */
export async function liftPolicies(admin: Client): Promise<void> {
  const { body } = await admin.call('GET', BINDINGS);
  const { items } = body as { items: readonly ApplicableObject[] };
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name !== CANARY);
  for (const name of [...names, CANARY]) await admin.call('DELETE', `${BINDINGS}/${name}`);
  await until(admin, true);
}

async function until(admin: Client, isTaken: boolean): Promise<void> {
  const metadata = { name: CANARY, namespace: 'default' };
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    if ((await admin.apply(object, { dryRun: true })).ok === isTaken) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the admission policies did not change within fifteen seconds');
}
