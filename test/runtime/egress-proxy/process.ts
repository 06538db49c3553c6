import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProxyAgent, request } from 'undici';
import { onTestFinished } from 'vitest';
import { Child, type ChildRecord } from '../../../runtime/cli/local/child.ts';
import { programArguments } from '../../../runtime/cli/programs.ts';
import type { PolicyStatus } from '../../../runtime/policy/policy-status.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { httpServer } from '../../support/servers.ts';

/** Where a process finds what it needs. */
export interface Place {
  readonly documents: string;
  readonly state: string;
  /** Port of the web site. */
  readonly target: number;
}

/** A proxy that runs. */
export interface StartedProxy {
  readonly child: Child;
  /** URL of its listener for the agent. */
  readonly proxy: string;
  /** URL of its status. */
  readonly status: string;
  readonly policyStatus: () => Promise<PolicyStatus>;
  /** The status of an answer through the proxy. */
  readonly get: (url: string) => Promise<number>;
  readonly records: readonly ChildRecord[];
}

/** A place for documents and state, and a web site that `site.example` is sent to. */
export async function prepare(): Promise<Place> {
  const root = temporaryDirectory();
  const documents = join(root, 'documents');
  mkdirSync(documents);
  const host = await httpServer((_incoming, response) => response.end('content'));
  return { documents, state: join(root, 'state'), target: host.port };
}

/** The proxy as a process of its own. */
export async function start(
  { documents, state, target }: Place,
  ...more: readonly string[]
): Promise<StartedProxy> {
  const records: ChildRecord[] = [];
  const child = new Child({
    name: 'egress-proxy',
    args: [
      ...programArguments('egress-proxy'),
      '--sandbox=reader',
      '--listen-port=0',
      '--status-host=127.0.0.1',
      '--status-port=0',
      `--documents=${documents}`,
      `--state=${state}`,
      `--resolve=site.example:80=127.0.0.1:${target}`,
      ...more,
    ],
    env: {},
    onRecord: (record) => records.push(record),
  });
  onTestFinished(() => child.stop());
  const proxy = `http://127.0.0.1:${await child.port('agent')}`;
  const status = `http://127.0.0.1:${await child.port('status')}`;
  const policyStatus = async (): Promise<PolicyStatus> =>
    (await (await fetch(`${status}/internal/policy-status`)).json()) as PolicyStatus;
  const get = async (url: string): Promise<number> => {
    const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: false });
    const answer = await request(url, { dispatcher });
    await answer.body.dump();
    await dispatcher.close();
    return answer.statusCode;
  };
  return { child, proxy, status, policyStatus, get, records };
}
