import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { SandboxWorkload } from 'kars-constructs';
import { withIdentity } from '../../support/sandbox-variants.ts';
import type { ApplicableObject } from '../client.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { withProviderAt } from './provider-at.ts';
import { agentThat, python, sandbox } from './work.ts';

const PORT = 7000;

/** A workload whose router finds Entra at an address. */
function withEntraAt(object: ApplicableObject, endpoint: string): ApplicableObject {
  if (object.kind !== 'Job') return object;
  const owner = structuredClone(object) as unknown as Job;
  const router = owner.spec?.template.spec?.initContainers?.find(({ name }) => name === 'router');
  router?.args?.push(`--token-endpoint=login.microsoftonline.com=${endpoint}`);
  return owner as unknown as ApplicableObject;
}

const service = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tokens', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'tokens',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: python('token_service.py', String(PORT)),
      },
    ],
  },
};

const hasSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded';

describe('a sandbox whose provider has an identity, on a real node', () => {
  const node = useNode();

  beforeAll(async () => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      service,
    ]);
  });

  it('exchanges a token of its service account, which the agent does not have', async () => {
    const { status } = await node.pod('default', isReady);
    const at = `http://${status?.podIP ?? ''}:${PORT}`;
    const { objects } = sandbox('tokened', {
      agent: agentThat(python('token_seeker.py')),
      inferencePolicy: withIdentity(),
      workload: SandboxWorkload.job(),
    });
    await node.apply(
      objects.map((object) =>
        withEntraAt(withProviderAt(object, 'azure-openai', `${at}/v1`), `${at}/token`),
      ),
    );
    const pod = await node.pod('kars-tokened', hasSucceeded, 120);
    expect(await firstJsonLine(node.admin, pod, 'agent')).toEqual({
      is_called_with_token: true,
      sub: 'system:serviceaccount:kars-tokened:sandbox',
      aud: ['api://AzureADTokenExchange'],
      seconds: expect.toSatisfy((value: number) => value > 3000 && value <= 3700) as number,
      found: [],
    });
  });
});
