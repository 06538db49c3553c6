import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace } from '../request.ts';
import { everyVersion } from './every-version.ts';

/** Policies of network plug-ins, which add to NetworkPolicies and may open what these close. */
export const pluginPolicies = (): AdmissionPolicy => ({
  name: 'kars-plugin-policies',
  rules: [
    everyVersion('cilium.io', 'ciliumnetworkpolicies'),
    everyVersion('crd.projectcalico.org', 'networkpolicies'),
    everyVersion('projectcalico.org', 'networkpolicies'),
    everyVersion('crd.antrea.io', 'networkpolicies'),
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_PLUGIN_POLICY',
      allows: 'false',
      message:
        'only NetworkPolicies decide here; declare connections with inbound and egress of KarsSandbox',
    },
  ],
});
