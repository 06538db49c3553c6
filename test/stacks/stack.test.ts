import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, runtime, type Input } from '@pulumi/pulumi';
import { canonicalJson, RELEASE, type ImageList, type Json } from 'kars-constructs/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxApp } from '../../stacks/sandbox-app.ts';
import { readSettings } from '../../stacks/settings.ts';

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

/** Stands in for the Pulumi engine and for Azure, which no test machine can reach. */
const mocks: runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    registered.push({ type, name, inputs: inputs as Record<string, unknown> });
    const state = inputs as Record<string, Input<unknown>>;
    return {
      id: `${name}-id`,
      state: {
        ...state,
        name: state['name'] ?? name,
        clientId: 'client',
        oidcIssuerProfile: { enabled: true, issuerURL: 'https://issuer.example.com/' },
      },
    };
  },
  call: () => ({
    kubeconfigs: [{ name: 'user', value: Buffer.from('kubeconfig').toString('base64') }],
  }),
};

const ofType = (type: string): Registered[] => registered.filter((entry) => entry.type === type);

const kubernetes = (): Registered[] =>
  registered.filter(({ type }) => type.startsWith('kubernetes:'));

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A list as `npm run images` writes it. */
function writeImageList(directory: string): string {
  const file = join(directory, 'images.json');
  const image = { digest: DIGEST, archive: 'image.tar', unpackedBytes: 1 };
  const list: ImageList = {
    schemaVersion: 1,
    release: RELEASE,
    architecture: 'amd64',
    images: { guard: image, router: image, 'egress-proxy': image },
  };
  writeFileSync(file, JSON.stringify(list));
  return file;
}

describe('the stack', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kars-stack-'));
  beforeAll(async () => {
    await runtime.setMocks(mocks, 'kars', 'test');
    runtime.setAllConfig({
      'kars:imageRegistry': 'registry.example.com/kars',
      'kars:imageList': writeImageList(directory),
      'kars:agentImage': `registry.example.com/agent@${DIGEST}`,
    });
    await import('../../stacks/index.ts');
    await runtime.disconnect();
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('makes a cluster with an OIDC issuer, workload identity and enforced network policies', () => {
    const [cluster] = ofType('azure-native:containerservice:ManagedCluster');
    expect(cluster?.inputs).toMatchObject({
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      networkProfile: { networkPolicy: 'cilium' },
    });
    expect(ofType('azure-native:resources:ResourceGroup')).toHaveLength(1);
  });

  it('binds an identity of its own to the service account of the sandbox', () => {
    const [credential] = ofType('azure-native:managedidentity:FederatedIdentityCredential');
    expect(credential?.inputs).toMatchObject({
      subject: 'system:serviceaccount:kars-reader:sandbox',
      issuer: 'https://issuer.example.com/',
      audiences: ['api://AzureADTokenExchange'],
    });
    expect(ofType('azure-native:managedidentity:UserAssignedIdentity')).toHaveLength(1);
  });

  it('makes the objects that the constructs synthesize, unchanged and under their own names', () => {
    const synthesized = sandboxApp(readSettings()).charts.flatMap(
      (chart) => chart.toJson() as object[],
    );
    const made = kubernetes().map(({ inputs }) => inputs);
    const sorted = (objects: readonly object[]): string[] =>
      objects.map((object) => canonicalJson(object as Json)).sort();
    expect(made.length).toBeGreaterThan(30);
    expect(sorted(made)).toEqual(sorted(synthesized));
    for (const { inputs } of kubernetes()) {
      const { metadata } = inputs as { metadata: { name?: string; generateName?: string } };
      expect(metadata.name).toBeDefined();
      expect(metadata.generateName).toBeUndefined();
    }
  });

  it('names every image by registry and digest', () => {
    const images = JSON.stringify(kubernetes()).match(/"image":"[^"]*"/g) ?? [];
    expect(images.length).toBeGreaterThan(3);
    for (const image of images) expect(image).toMatch(/"registry\.example\.com\/.*@sha256:a{64}"/);
  });

  it('is refused without a registry', () => {
    expect(() => readSettings(new Config('other'))).toThrow('imageRegistry');
  });

  it('makes definitions, namespaces and service accounts before what needs them', () => {
    const kinds = kubernetes().map(({ inputs }) => String(inputs['kind']));
    const last = (kind: string): number => kinds.lastIndexOf(kind);
    const first = (kind: string): number => kinds.indexOf(kind);
    expect(last('CustomResourceDefinition')).toBeLessThan(first('Namespace'));
    expect(last('Namespace')).toBeLessThan(first('ServiceAccount'));
    expect(last('ServiceAccount')).toBeLessThan(first('Deployment'));
    expect(last('CustomResourceDefinition')).toBeLessThan(first('KarsSandbox'));
  });
});
