import { beforeAll, describe, expect, it } from 'vitest';
import { kars } from '../../support/kars.ts';
import type { ApplicableObject } from '../client.ts';
import { useFloor } from '../admission/use-floor.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly found: string;
}

const RBAC = 'rbac.authorization.k8s.io';

describe('kars doctor on a real API server', () => {
  const floor = useFloor();

  const findings = async (who: 'admin' | 'nobody'): Promise<(check: string) => Finding> => {
    const { url, certificate } = floor.cluster;
    const file = writeKubeconfig('doctor', { url, certificate, token: floor.cluster.tokens[who] });
    const { stdout, stderr } = await kars(['doctor', '--json', '--kubeconfig', file]);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { findings: Finding[] };
    return (check) => {
      const found = report.findings.find((one) => one.check === check);
      if (found === undefined) throw new Error(`there is no check ${check}`);
      return found;
    };
  };

  it('finds the floor of the platform', async () => {
    const check = await findings('admin');
    for (const name of ['API server', 'custom resources', 'admission floor', 'namespaces']) {
      expect(check(name)).toMatchObject({ state: 'ok' });
    }
  });

  it('says what a user may not read', async () => {
    const check = await findings('nobody');
    expect(check('API server').state).toBe('ok');
    expect(check('admission floor')).toMatchObject({
      state: 'unknown',
      found: expect.stringContaining('no right to get') as string,
    });
  });

  describe('in a cluster with holes', () => {
    beforeAll(async () => {
      const { admin } = floor.cluster;
      const role: ApplicableObject = {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRole',
        metadata: { name: 'monitoring' },
        ...{ rules: [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }] },
      };
      const binding: ApplicableObject = {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'monitoring' },
        ...{
          roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'monitoring' },
          subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' }],
        },
      };
      for (const object of [role, binding]) {
        expect((await admin.apply(object)).message).toBe('');
      }
      await floor.lift();
      const crd = 'apiextensions.k8s.io/v1/customresourcedefinitions/toolpolicies.kars.azure.com';
      await admin.call('DELETE', `/apis/${crd}`);
      const metadata = { name: 'apps', ...{ labels: { 'kars.azure.com/role': 'sandbox' } } };
      await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata });
    });

    it('fails, and names each', async () => {
      const check = await findings('admin');
      expect(check('right: nodes/proxy')).toMatchObject({
        state: 'failed',
        found: expect.stringContaining('ServiceAccount monitoring/prometheus') as string,
      });
      expect(check('admission floor').found).toContain(
        'not bound to deny everywhere: kars-config-maps',
      );
      expect(check('custom resources').found).toContain('toolpolicies');
      expect(check('namespaces').found).toContain('apps has the labels of a sandbox');
    });
  });
});
