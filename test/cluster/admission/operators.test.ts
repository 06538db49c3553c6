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
    floor.restricted('operators').call(method, at, body, 'application/merge-patch+json');
  const annotate = (key: string): Promise<Answer> =>
    call('PATCH', `${path}/reader-1?dryRun=All`, { metadata: { annotations: { [key]: 'now' } } });

  beforeAll(async () => {
    expect(admissionProps.operators?.map(({ text }) => text)).toEqual([
      `group:${groups.operators}`,
    ]);
    await floor.namespace('reader');
    const binding = operatorsBindings({ name: 'reader', namespace: 'agents' }, admissionProps);
    await floor.deploy([podOfSandbox(), ...(binding as ApplicableObject[])]);
  });

  it('reads pods and logs of a sandbox', async () => {
    expect((await call('GET', path)).status).toBe(200);
    expect((await call('GET', `${path}/reader-1/log?container=router`)).ok).toBe(true);
  });

  it('has the volumes of a pod looked at, and changes nothing else', async () => {
    expect((await annotate('kars.azure.com/refresh')).status).toBe(200);
    expect((await annotate('other')).message).toContain('KARS_POD_ANNOTATED');
  });

  it.each([
    ['pods elsewhere', 'GET', '/api/v1/namespaces/default/pods'],
    ['Secrets', 'GET', '/api/v1/namespaces/kars-reader/secrets'],
    ['documents', 'GET', '/api/v1/namespaces/kars-reader/configmaps'],
    ['a terminal', 'POST', `${path}/reader-1/exec?command=sh`],
    ['a debug container', 'PATCH', `${path}/reader-1/ephemeralcontainers`],
  ] as const)('has no right to %s', async (_what, method, at) => {
    expect((await call(method, at, {})).status).toBe(403);
  });
});
