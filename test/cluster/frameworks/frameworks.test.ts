import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AgentRuntime,
  Inbound,
  InferencePolicy,
  ModelProvider,
  SandboxWorkload,
  ToolPolicy,
} from 'kars-constructs';
import { AUDIT_FILE } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { paths } from '../node/paths.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { withProviderAt } from '../sandbox/provider-at.ts';
import { smallResources } from '../sandbox/agents.ts';
import { frameworkArchive, frameworks, type Framework } from './images.ts';

/** Port of the stub. */
const MODELS_PORT = 9000;

describe('agent frameworks in real pods', () => {
  const node = useNode();
  let models = '';

  beforeAll(async () => {
    await node.node.importImages(frameworkArchive());
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      stubModel,
    ]);
    const pod = await node.pod('default', isReady);
    models = pod.status?.podIP ?? '';
    // All at once: a pod mostly waits.
    await start(frameworks['openai-agents']);
    await start(frameworks['pydantic-ai']);
    await start(frameworks.anthropic, SandboxWorkload.job());
    await start(frameworks.langgraph, SandboxWorkload.job());
  });

  const start = async (
    { name, image, command }: Framework,
    workload = SandboxWorkload.service(),
  ): Promise<void> => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope, 'chart', node.images);
      const endpoint = `http://models.example.com:${MODELS_PORT}/v1`;
      sandboxIn(
        chart,
        {
          agent: AgentRuntime.container({ image, command }),
          inferencePolicy: new InferencePolicy(chart, 'models', {
            provider: ModelProvider.openAiCompatible({ name: 'stub', endpoint }),
            models: ['small'],
          }),
          toolPolicy: new ToolPolicy(chart, 'tools', { allowedTools: ['fetch_page'] }),
          workload,
          inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
          resources: smallResources,
        },
        name,
      );
    });
    const at = `http://${models}:${MODELS_PORT}/v1`;
    await node.apply(app.objects.map((object) => withProviderAt(object, 'stub', at)));
  };

  /** What the sidecars have recorded, as surface, target and code. */
  const audited = async (name: string): Promise<string[]> => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'kars-state', namespace: `kars-${name}` } }; // prettier-ignore
    const { body } = await node.admin.get(claim);
    const volume = (body as PersistentVolumeClaim).spec?.volumeName ?? '';
    return ['router', 'egress-proxy'].flatMap((process) =>
      readFileSync(join(paths.volumes, volume, process, AUDIT_FILE), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
        .filter(({ surface }) => surface !== 'audit-anchor')
        .map(({ surface, target, decision, code }) =>
          [surface, target, decision, code].join(' ').trim(),
        ),
    );
  };

  const outcome = {
    turn: expect.stringMatching(/^the tool said: .*403/) as string,
    erase: expect.stringContaining('got the tool "erase_everything", allowed are: fetch_page') as string, // prettier-ignore
  };

  const records = [
    'chat small allow',
    'chat-usage small allow',
    'chat small allow',
    'chat-usage small allow',
    'chat small deny KARS_TOOL_NOT_ALLOWED',
    'http evil.example:80 deny KARS_EGRESS_NOT_ALLOWED',
  ];

  it('openai-agents for JavaScript completes a governed turn', async () => {
    const pod = await node.pod('kars-openai-agents', isReady);
    expect(await firstJsonLine(node.admin, pod, 'agent', 60)).toEqual(outcome);
    expect(await audited('openai-agents')).toEqual(records);
  });

  it('pydantic-ai completes a governed turn when it is asked over its inbound port', async () => {
    const pod = await node.pod('kars-pydantic-ai', isReady);
    expect(await asked(`http://${pod.status?.podIP ?? ''}:8080/`)).toEqual(outcome);
    expect(await audited('pydantic-ai')).toEqual(records);
  });

  it("Anthropic's client completes governed turns, with a provider of chat completions", async () => {
    const pod = await node.pod('kars-anthropic', hasSucceeded, 120);
    const told = await firstJsonLine(node.admin, pod, 'agent');
    expect(told).toEqual({ ...outcome, streamed: outcome.turn });
    const turn = ['messages small allow', 'messages-usage small allow'];
    expect(await audited('anthropic')).toEqual([
      ...turn,
      ...turn,
      ...turn,
      ...turn,
      'messages small deny KARS_TOOL_NOT_ALLOWED',
      'http evil.example:80 deny KARS_EGRESS_NOT_ALLOWED',
      'http evil.example:80 deny KARS_EGRESS_NOT_ALLOWED',
    ]);
  });

  it('LangGraph completes a governed turn as a job, which its sidecars do not keep from ending', async () => {
    const pod = await node.pod('kars-langgraph', hasSucceeded, 120);
    expect(await firstJsonLine(node.admin, pod, 'agent')).toEqual(outcome);
    expect(await audited('langgraph')).toEqual(records);
  });
});

const hasSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded';

/** What an agent answers, once it serves: nothing tells when that is. */
async function asked(url: string): Promise<unknown> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const answer = await fetch(url, { method: 'POST' }).catch(() => undefined);
    if (answer !== undefined) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`nothing serves ${url}`);
}

const stubModel = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'models', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'models',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: [
          '/usr/bin/python3',
          '-c',
          readFileSync(new URL('./stub-model.py', import.meta.url), 'utf8'),
          '0.0.0.0',
          String(MODELS_PORT),
        ],
      },
    ],
  },
};
