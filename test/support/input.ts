import { ClusterNetwork } from 'kars-constructs';
import { API_VERSION, validateManifest, type KarsSandboxSpec } from 'kars-constructs/contract';
import { inferencePolicy } from '../../lib/contract/kinds/inference-policy.ts';
import { karsSandbox } from '../../lib/contract/kinds/kars-sandbox/index.ts';
import type { SandboxInput } from '../../lib/sandbox/input.ts';

const metadata = { name: 'reader', namespace: 'agents' };

/** What the operator would expand for a manifest with this spec, which no construct has seen. */
export function acceptedInput(spec: Partial<KarsSandboxSpec>): SandboxInput {
  const sandbox = validateManifest(karsSandbox, {
    apiVersion: API_VERSION,
    kind: 'KarsSandbox',
    metadata,
    spec: {
      runtime: { kind: 'BYO', byo: { image: 'a', contractVersion: 'v1', command: ['/a'] } },
      sandbox: {},
      inferenceRef: { name: 'models' },
      ...spec,
    },
  });
  const policy = validateManifest(inferencePolicy, {
    apiVersion: API_VERSION,
    kind: 'InferencePolicy',
    metadata,
    spec: {
      appliesTo: { sandboxName: 'reader' },
      modelPreference: { primary: { provider: 'local', deployment: 'small' } },
      providers: [{ name: 'local', endpoint: 'https://models.example.com/v1' }],
    },
  });
  if (!sandbox.ok || sandbox.value === undefined || !policy.ok || policy.value === undefined) {
    throw new Error(JSON.stringify([sandbox, policy]));
  }
  return {
    sandbox: { source: { kind: 'KarsSandbox', ...metadata }, spec: sandbox.value },
    inferencePolicy: { source: { kind: 'InferencePolicy', ...metadata }, spec: policy.value },
    toolPolicy: undefined,
    signedEgress: undefined,
    image: (name) => `localhost/${name}`,
    network: ClusterNetwork.of({}),
    floor: undefined,
  };
}
