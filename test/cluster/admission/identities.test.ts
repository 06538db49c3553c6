import { beforeAll, describe, expect, it } from 'vitest';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

const RBAC = 'rbac.authorization.k8s.io';

const object = (
  kind: string,
  name: string,
  more: object = {},
  namespace = 'kars-reader',
): ApplicableObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace }, ...more });

/** A binding of either kind to one subject. */
function bindings(subject: object): ApplicableObject[] {
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' };
  const binding = { apiVersion: `${RBAC}/v1`, roleRef, subjects: [subject] };
  return [
    { ...binding, kind: 'RoleBinding', metadata: { name: 'a', namespace: 'default' } },
    { ...binding, kind: 'ClusterRoleBinding', metadata: { name: 'a' } },
  ];
}

const sandboxSubjects: [string, object][] = [
  ['its service account', { kind: 'ServiceAccount', name: 'sandbox', namespace: 'kars-reader' }],
  [
    'its service account as a user',
    { apiGroup: RBAC, kind: 'User', name: 'system:serviceaccount:kars-reader:sandbox' },
  ],
  [
    'all service accounts of its namespace',
    { apiGroup: RBAC, kind: 'Group', name: 'system:serviceaccounts:kars-reader' },
  ],
];

describe('the identity of a sandbox', () => {
  const floor = useFloor();
  const answer = async (who: Who, one: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, one));
  const token = async (who: Who): Promise<string> => {
    const path = '/api/v1/namespaces/kars-reader/serviceaccounts/sandbox/token?dryRun=All';
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    return refusalOf(await floor.as(who).call('POST', path, request));
  };

  const tokenSecret: ApplicableObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'token',
      namespace: 'kars-reader',
      ...{ annotations: { 'kubernetes.io/service-account.name': 'sandbox' } },
    },
    ...{ type: 'kubernetes.io/service-account-token' },
  };

  beforeAll(async () => {
    await floor.namespace('reader');
    await floor.deploy([object('ServiceAccount', 'sandbox')]);
  });

  it('is one service account', async () => {
    expect(await answer('deployers', object('ServiceAccount', 'sandbox'))).toBe('allowed');
    expect(await answer('deployers', object('ServiceAccount', 'default'))).toBe('allowed');
    expect(await answer('deployers', object('ServiceAccount', 'helper'))).toBe(
      'KARS_SERVICE_ACCOUNT',
    );
  });

  it.each(['tenant', 'operators', 'breakGlass', 'deployers'] as const)(
    'gives no token to %s',
    async (who) => {
      expect(await token(who)).toBe('KARS_TOKEN_REQUEST');
      expect(await answer(who, tokenSecret)).toBe('KARS_TOKEN_SECRET');
    },
  );

  it('keeps Secrets of other types', async () => {
    expect(await answer('tenant', object('Secret', 'git'))).toBe('allowed');
  });

  it.each(sandboxSubjects)('gets no right by a binding to %s', async (_what, subject) => {
    for (const binding of bindings(subject)) {
      expect(await answer('tenant', binding)).toBe('KARS_ROLE_BINDING');
    }
  });

  it('is none that others have', async () => {
    const others = { kind: 'ServiceAccount', name: 'a', namespace: 'apps' };
    for (const binding of bindings(others)) expect(await answer('tenant', binding)).toBe('allowed');
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it('is whatever anybody wants', async () => {
      expect(await answer('tenant', object('ServiceAccount', 'helper'))).toBe('allowed');
      expect(await answer('tenant', tokenSecret)).toBe('allowed');
      expect(await token('tenant')).toBe('allowed');
      for (const [, subject] of sandboxSubjects) {
        for (const binding of bindings(subject)) {
          expect(await answer('tenant', binding)).toBe('allowed');
        }
      }
    });
  });
});
