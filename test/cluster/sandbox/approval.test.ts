import type { Pod } from 'kubernetes-types/core/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liftPolicies } from '../admission/policies.ts';
import { isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { answersOf, deployReader, egressCommand, type EgressCommand } from './approval.ts';

const DENIED = 'KARS_EGRESS_NOT_ALLOWED';

/** The host is allowed, and no resolver of this machine knows it. */
const ALLOWED = 'KARS_EGRESS_RESOLVE_FAILED';

describe('an approval by an operator, with the rights of the role alone', () => {
  const node = useNode();
  let egress: EgressCommand;
  let pod: Pod = {};

  const json = async <T>(command: string, ...more: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await egress(command, '--json', ...more);
    const [progress = ''] = /^in effect after .*\n/.exec(stderr) ?? [];
    if (progress !== '') process.stdout.write(`${command}: ${progress.trim()} (goal: 5 s)\n`);
    expect({ code, stderr: stderr.replace(progress, '') }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as T;
  };
  const lastAnswer = async (): Promise<string | undefined> => (await answersOf(node, pod)).at(-1);
  const untilAnswer = (answer: string) =>
    expect.poll(lastAnswer, { timeout: 30_000, interval: 200 }).toBe(answer);

  beforeAll(async () => {
    await deployReader(node);
    egress = await egressCommand(node);
    pod = await node.pod('kars-reader', isReady);
  });
  afterAll(() => liftPolicies(node.admin));

  it('begins with what was denied, and the change that would open it', async () => {
    await untilAnswer(DENIED);
    const { blocked } = await json<{ blocked: object[] }>('blocked');
    expect(blocked).toMatchObject([
      {
        host: 'api.example.com',
        port: 443,
        code: DENIED,
        opens: 'tls to api.example.com:443',
        construct: "Egress.https('api.example.com')",
        manifest: '{ host: "api.example.com", port: 443 }',
      },
    ]);
    expect((await egress('top')).stdout).toContain("Egress.https('api.example.com')");
  });

  it('opens the host, is recorded, and ends when it is revoked', async () => {
    const why = ['--reason', 'incident 7', '--ticket', 'OPS-7', '--name', 'once'];
    const given = await json<object>('approve', 'api.example.com', ...why);
    expect(given).toMatchObject({ approval: 'agents/once', inForce: true });
    await untilAnswer(ALLOWED);
    const metadata = { name: 'once', namespace: 'agents' };
    const resource = { apiVersion: 'kars.azure.com/v1alpha1', kind: 'EgressApproval', metadata };
    expect((await node.admin.get(resource)).body).toMatchObject({
      spec: { sandbox: 'reader', reason: 'incident 7', ticket: 'OPS-7', ttl: 'PT1H' },
    });
    const { approvals } = await json<{ approvals: object[] }>('approvals');
    expect(approvals).toMatchObject([{ name: 'once', state: 'in force' }]);
    expect((await egress('export')).stdout).toBe(
      "egress: [\n  Egress.https('api.example.com'),\n]\n",
    );
    expect(await json('revoke', 'once')).toEqual({ approval: 'agents/once', ended: true });
    await untilAnswer(DENIED);
    expect((await node.admin.get(resource)).status).toBe(404);
    expect(await json('approvals')).toEqual({ approvals: [] });
  });

  it('ends by itself', async () => {
    await json('approve', 'api.example.com', '--reason', 'incident 8', '--ttl', 'PT15S');
    await untilAnswer(ALLOWED);
    await untilAnswer(DENIED);
  });

  it('is refused, and writes nothing, beyond what the sandbox takes', async () => {
    const refused = async (...more: readonly string[]): Promise<string> => {
      const { code, stderr } = await egress('approve', '--reason', 'more', ...more);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('api.example.com', '--ttl', 'P2D')).toContain('the sandbox allows 86400');
    expect(await refused('api.example.com:22')).toContain('open 443');
    expect(await refused('*.example.com')).toContain('supply HOST');
    expect(await refused('10.0.0.1')).toContain('supply HOST');
    expect((await egress('revoke', 'nothing')).code).toBe(2);
  });

  it('is part of the audit log by its name', async () => {
    const log = await node.logs(pod, 'egress-proxy');
    expect(log).toContain('"rule":"EgressApproval agents/once { host: \\"api.example.com\\", port: 443 }"'); // prettier-ignore
  });
});
