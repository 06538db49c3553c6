import { beforeAll, describe, expect, it } from 'vitest';
import { sandboxVariants, withCredential } from '../../support/sandbox-variants.ts';
import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { runtimeClasses } from './pod-mutants.ts';
import { refusalOf, useFloor } from './use-floor.ts';

describe('the pods in the namespace of a sandbox', () => {
  const floor = useFloor();
  const answer = async (pod: WholePod): Promise<string> =>
    refusalOf(await floor.tries('deployers', pod));

  beforeAll(async () => {
    await floor.namespace('reader');
    await runtimeClasses(floor.cluster.admin);
  });

  it.each(Object.entries(sandboxVariants))('are those of constructs: %s', async (_what, props) => {
    expect(await answer(podOfSandbox(props))).toBe('allowed');
  });

  it('are those of constructs: a credential of a provider', async () => {
    expect(await answer(podOfSandbox({ inferencePolicy: withCredential() }))).toBe('allowed');
  });

  it('are refused when the agent gets the credential of a provider', async () => {
    const file = podOfSandbox({ inferencePolicy: withCredential() });
    file.spec.volumes.push({
      name: 'secrets',
      projected: { sources: [{ secret: { name: 'openai' } }] },
    });
    expect(await answer(file)).toBe('KARS_POD_SECRET_OF_PROVIDER');
    const variable = podOfSandbox({ inferencePolicy: withCredential() });
    containerOf(variable, 'agent').env?.push({
      name: 'KEY',
      valueFrom: { secretKeyRef: { name: 'openai', key: 'key' } },
    });
    expect(await answer(variable)).toBe('KARS_POD_SECRET_OF_PROVIDER');
  });

  it('are refused without a word elsewhere only when they carry our labels', async () => {
    const pod = podOfSandbox();
    pod.metadata.namespace = 'default';
    pod.metadata.labels = {};
    expect(await answer(pod)).toBe('allowed');
  });
});
