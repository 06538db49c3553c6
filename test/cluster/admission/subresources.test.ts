import { beforeAll, describe, expect, it } from 'vitest';
import { podOfSandbox } from './pod.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

const NAMESPACE = '/api/v1/namespaces/kars-reader';
const POD = `${NAMESPACE}/pods/reader-1`;

const ways: [string, string][] = [
  ['executing in the agent', `${POD}/exec?command=sh&container=agent&stdout=true`],
  ['executing in a sidecar', `${POD}/exec?command=sh&container=router&stdout=true`],
  ['executing in the guard', `${POD}/exec?command=sh&container=egress-guard&stdout=true`],
  ['executing without naming a container', `${POD}/exec?command=sh&stdout=true`],
  ['attaching', `${POD}/attach?container=agent&stdout=true`],
  ['forwarding a port', `${POD}/portforward?ports=8443`],
  ['asking a pod through the API server', `${POD}:8443/proxy/v1/models`],
  ['asking a Service through the API server', `${NAMESPACE}/services/reader:8080/proxy/`],
];

describe('a running pod of a sandbox', () => {
  const floor = useFloor();
  const connect = async (who: Who, path: string): Promise<string> =>
    refusalOf(await floor.as(who).call('POST', path));
  const debug = async (who: Who): Promise<string> => {
    const container = { name: 'debugger', image: 'registry.example.com/debug:1' };
    return refusalOf(
      await floor
        .as(who)
        .call(
          'PATCH',
          `${POD}/ephemeralcontainers?dryRun=All`,
          { spec: { ephemeralContainers: [container] } },
          'application/strategic-merge-patch+json',
        ),
    );
  };

  beforeAll(async () => {
    await floor.namespace('reader');
    await floor.deploy([podOfSandbox()]);
  });

  it.each(
    (['tenant', 'operators', 'deployers', 'platformDeployers'] as const).flatMap((who) =>
      ways.map(([what, path]) => [what, who, path] as const),
    ),
  )('is closed to %s as %s', async (_what, who, path) => {
    expect(await connect(who, path)).toBe('KARS_CONNECT');
  });

  it.each(['tenant', 'operators', 'deployers'] as const)(
    'gets no further container from %s',
    async (who) => {
      expect(await debug(who)).toBe('KARS_DEBUG_CONTAINER');
    },
  );

  it.each(ways)('is open in an emergency to %s', async (_what, path) => {
    // No node runs the pod, so what comes next has to fail, and by something else.
    expect(await connect('breakGlass', path)).not.toMatch(/^(allowed|KARS_.*)$/);
  });

  it('gets a further container in an emergency', async () => {
    expect(await debug('breakGlass')).toBe('allowed');
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it.each(ways)('is open to %s', async (_what, path) => {
      expect(await connect('tenant', path)).not.toMatch(/^(allowed|KARS_.*)$/);
    });

    it('gets a further container from anybody', async () => {
      expect(await debug('tenant')).toBe('allowed');
    });
  });
});
