import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cron } from 'cdk8s';
import { beforeAll, describe, expect, it } from 'vitest';
import { SandboxWorkload } from 'kars-constructs';
import { AUDIT_FILE, projection } from 'kars-constructs/contract';
import { findSandbox, readManifests, type Manifest } from '../../../runtime/cli/local/manifests.ts';
import { synthesized as synthesizedSandbox } from '../../support/pod.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { quickstartManifests } from '../../support/synthesized-sandbox.ts';

let synthesized: string;

beforeAll(() => {
  synthesized = JSON.stringify(quickstartManifests());
});

/** The objects of the quickstart with one text replaced. */
function changed(from: string, to: string): Manifest[] {
  expect(synthesized.includes(from)).toBe(true);
  return JSON.parse(synthesized.replaceAll(from, to)) as Manifest[];
}

describe('finding the sandbox', () => {
  it('takes containers, documents and digests out of the synthesized objects', () => {
    const sandbox = findSandbox(JSON.parse(synthesized) as Manifest[]);
    expect(sandbox).toMatchObject({
      name: 'reader',
      router: { name: 'router' },
      egressProxy: { name: 'egress-proxy' },
      agent: { name: 'agent' },
    });
    const files = Object.values(projection)
      .filter(({ whenAbsent }) => whenAbsent === 'deny')
      .map(({ file }) => file);
    expect([...sandbox.documents.keys()].sort()).toEqual([...files].sort());
    expect([...sandbox.digests.values()].every((digest) => digest.startsWith('sha256:'))).toBe(
      true,
    );
  });

  it('refuses objects without a sandbox', () => {
    const rest = (JSON.parse(synthesized) as Manifest[]).filter(
      ({ kind }) => kind !== 'Deployment',
    );
    expect(() => findSandbox(rest)).toThrow('got 0 sandboxes in the manifests, supply exactly one');
  });

  it.each([
    ['Job', SandboxWorkload.job()],
    ['CronJob', SandboxWorkload.cron({ schedule: Cron.hourly() })],
  ])('takes the pod of a %s', (_kind, workload) => {
    const { objects } = synthesizedSandbox({ workload });
    const { name, agent } = findSandbox(objects as unknown as Manifest[]);
    expect({ name, agent: agent.name }).toEqual({ name: 'reader', agent: 'agent' });
  });

  it('refuses two sandboxes', () => {
    const objects = JSON.parse(synthesized) as Manifest[];
    const again = objects.filter(({ kind }) => kind === 'Deployment');
    expect(() => findSandbox([...objects, ...again])).toThrow('got 2 sandboxes');
  });

  it('refuses a pod without one of its containers', () => {
    const objects = changed('"name":"egress-proxy","ports"', '"name":"other","ports"');
    expect(() => findSandbox(objects)).toThrow('the sandbox has no container "egress-proxy"');
  });

  it('refuses an init container that would not go on running', () => {
    expect(() => findSandbox(changed('"restartPolicy":"Always"', '"x":"y"'))).toThrow(
      'the container "router" is no sidecar',
    );
  });

  it('refuses a volume with a document that no ConfigMap has', () => {
    expect(() => findSandbox(changed('"kind":"ConfigMap"', '"kind":"Other"'))).toThrow(
      'no ConfigMap has the document',
    );
  });

  it('does not take a document from a ConfigMap of another namespace', () => {
    const objects = (JSON.parse(synthesized) as Manifest[]).map((object) =>
      object.kind === 'ConfigMap'
        ? { ...object, metadata: { ...object.metadata, namespace: 'elsewhere' } }
        : object,
    );
    expect(() => findSandbox(objects)).toThrow('no ConfigMap has the document');
  });

  it.each(['../../etc/passwd', '/etc/passwd', '..data', 'a/b'])(
    'refuses the document path %s',
    (path) => {
      const objects = changed('"path":"set.json"', `"path":${JSON.stringify(path)}`);
      expect(() => findSandbox(objects)).toThrow('supply a plain file name');
    },
  );
});

describe('reading manifests', () => {
  it('reads every document of every YAML file, and nothing else', async () => {
    const directory = temporaryDirectory();
    const object = (name: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\n`;
    writeFileSync(join(directory, 'b.k8s.yaml'), object('c'));
    writeFileSync(join(directory, 'a.k8s.yaml'), `${object('a')}---\n${object('b')}---\n`);
    writeFileSync(join(directory, AUDIT_FILE), '{}');
    const names = (await readManifests(directory)).map(({ metadata: { name } }) => name);
    expect(names).toEqual(['a', 'b', 'c']);
  });
});
