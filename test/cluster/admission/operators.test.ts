import { beforeAll, describe, expect, it } from 'vitest';
import { operatorsBindings } from '../../../lib/sandbox/operators.ts';
import { admissionProps, groups } from '../../support/admission.ts';
import type { Answer, ApplicableObject } from '../client.ts';
import { podOfSandbox } from './pod.ts';
import { useFloor } from './use-floor.ts';

describe('an operator, by the role of the platform alone', () => {
  const floor = useFloor();
  const path = '/api/v1/namespaces/kars-reader/pods';
  const call = (method: 'GET' | 'PATCH' | 'POST', at: string, body?: unknown): Promise<Answer> =>
    floor
      .restricted('operators')
      .call(
        method,
        at,
        body,
        method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      );
  const annotate = (key: string): Promise<Answer> =>
    call('PATCH', `${path}/reader-1?dryRun=All`, { metadata: { annotations: { [key]: 'now' } } });

  beforeAll(async () => {
    expect(admissionProps.operators?.map(({ text }) => text)).toEqual([
      `group:${groups.operators}`,
    ]);
    await floor.namespace('reader');
    for (const name of ['agents', 'others']) {
      await floor.deploy([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
    }
    const binding = operatorsBindings({ name: 'reader', namespace: 'agents' }, admissionProps);
    const configMap = (name: string): ApplicableObject => {
      const metadata = { name, namespace: 'kars-reader', annotations: { ceiling: '86400' } };
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    };
    await floor.deploy([
      podOfSandbox(),
      configMap('kars-approvals'),
      configMap('kars-documents-set'),
      ...(binding as ApplicableObject[]),
    ]);
  });

  it('reads pods and logs of a sandbox', async () => {
    expect((await call('GET', path)).status).toBe(200);
    expect((await call('GET', `${path}/reader-1/log?container=router`)).ok).toBe(true);
  });

  it('has the volumes of a pod looked at, and changes nothing else', async () => {
    expect((await annotate('kars.azure.com/refresh')).status).toBe(200);
    expect((await annotate('other')).message).toContain('KARS_POD_ANNOTATED');
  });

  const maps = '/api/v1/namespaces/kars-reader/configmaps';

  it('writes approvals, and not how far they go', async () => {
    const at = `${maps}/kars-approvals?dryRun=All`;
    expect((await call('GET', `${maps}/kars-approvals`)).status).toBe(200);
    expect((await call('PATCH', at, { data: { 'once.json': '{}' } })).status).toBe(200);
    for (const metadata of [
      { annotations: { ceiling: '604800' } },
      { labels: { 'kars.azure.com/document': 'egress-allowlist' } },
      { finalizers: ['example.com/keep'] },
    ]) {
      const { message } = await call('PATCH', at, { metadata });
      expect(message).toContain('KARS_CONFIG_MAP_WRITER');
    }
    const { message } = await call('PATCH', at, { immutable: true });
    expect(message).toContain('KARS_CONFIG_MAP_WRITER');
  });

  it('records approvals beside the sandbox, and nowhere else', async () => {
    const create = (namespace: string): Promise<Answer> =>
      call(
        'POST',
        `/apis/kars.azure.com/v1alpha1/namespaces/${namespace}/egressapprovals?dryRun=All`,
        {
          apiVersion: 'kars.azure.com/v1alpha1',
          kind: 'EgressApproval',
          metadata: { name: 'once' },
          spec: { sandbox: 'reader', hosts: [{ host: 'a.example' }], reason: 'r', ttl: 'PT1H' },
        },
      );
    expect((await create('agents')).status).toBe(201);
    expect((await create('others')).status).toBe(403);
    expect((await create('kars-reader')).status).toBe(403);
  });

  it.each([
    ['pods elsewhere', 'GET', '/api/v1/namespaces/default/pods'],
    ['Secrets', 'GET', '/api/v1/namespaces/kars-reader/secrets'],
    ['documents', 'GET', '/api/v1/namespaces/kars-reader/configmaps'],
    ['a document', 'PATCH', '/api/v1/namespaces/kars-reader/configmaps/kars-documents-set'],
    ['a new ConfigMap', 'POST', '/api/v1/namespaces/kars-reader/configmaps'],
    ['a terminal', 'POST', `${path}/reader-1/exec?command=sh`],
    ['a debug container', 'PATCH', `${path}/reader-1/ephemeralcontainers`],
  ] as const)('has no right to %s', async (_what, method, at) => {
    expect((await call(method, at, {})).status).toBe(403);
  });
});
