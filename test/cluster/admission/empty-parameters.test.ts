import { beforeAll, describe, expect, it } from 'vitest';
import { ClusterNetwork, type AdmissionProps } from 'kars-constructs';
import { admissionPolicies } from '../../../lib/platform/admission/index.ts';
import type { AdmissionParameters } from '../../../lib/platform/admission/parameters.ts';
import { policyObjects } from '../../../lib/platform/admission/policy.ts';
import { namespace } from '../../../lib/sandbox/service-account.ts';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { podOfSandbox } from './pod.ts';
import { policiesInForce } from './policies.ts';
import { refusalOf, useFloor } from './use-floor.ts';

/** What synthesis refuses: nobody has a role, and nothing is accepted. */
const nothing: AdmissionParameters = {
  roles: { deployers: [], platformDeployers: [], operators: [], breakGlass: [] },
  agentRegistries: [],
  runtimeClasses: [],
  longestApproval: 0,
  longestLearning: 0,
  loosestEgressLimits: {},
  parentProxies: [],
  managedIdentity: false,
  providerReach: [],
  allowlistSigners: [],
  lowestIsolation: 'enhanced',
  loosestEgressMode: 'Strict',
  contentSafety: {},
  maxTokensPerRequest: undefined,
  network: ClusterNetwork.of({}),
  profileDirectory: '',
  images: { guard: [], router: [], 'egress-proxy': [] },
};

const made = namespace('reader', 'agents') as ApplicableObject;
const another = namespace('another', 'agents') as ApplicableObject;

describe('policies whose parameters somebody has emptied', () => {
  const props: Partial<AdmissionProps> = {};
  const agents = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } };
  const floor = useFloor(props, undefined, [agents, made]);

  beforeAll(async () => {
    await floor.lift();
    for (const object of admissionPolicies(nothing).flatMap(policyObjects)) {
      expect((await floor.cluster.admin.apply(object)).message).toBe('');
    }
    await policiesInForce(floor.cluster.admin);
  });

  it('deny what those with a role could do', async () => {
    const { objects } = synthesized();
    const kinds = ['ConfigMap', 'Deployment', 'NetworkPolicy', 'KarsSandbox'];
    for (const object of objects.filter(({ kind }) => kinds.includes(kind))) {
      expect(refusalOf(await floor.tries('deployers', object))).toMatch(/^KARS_/);
    }
    expect(refusalOf(await floor.tries('deployers', another))).toBe('KARS_NAMESPACE_WRITER');
    expect(refusalOf(await floor.tries('deployers', podOfSandbox()))).toMatch(/^KARS_/);
  });

  it('are what refuses that (negative control)', async () => {
    await floor.lift();
    for (const object of [another, podOfSandbox()]) {
      expect(refusalOf(await floor.tries('deployers', object))).toBe('allowed');
    }
  });
});
