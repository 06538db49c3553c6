import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './documents.ts';
import { httpServer } from './servers.ts';

/** What an API server answers to a GET: text as it is, anything else as JSON; undefined for what it has not. */
export type KubeAnswers = (path: string, query: URLSearchParams) => unknown;

/** An API server on loopback that has what it is told, and the kubeconfig that leads to it. */
export async function startKubeApi(
  answers: KubeAnswers,
): Promise<{ readonly kubeconfig: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const { port } = await httpServer(({ method, url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://kube');
    asked.push(`${method ?? ''} ${pathname}`);
    const answer = method === 'GET' ? answers(pathname, searchParams) : undefined;
    const isText = typeof answer === 'string';
    const status = answer === undefined ? 404 : 200;
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    const missing = { kind: 'Status', message: `there is no ${pathname}`, code: 404 };
    response.end(isText ? answer : JSON.stringify(answer ?? missing));
  });
  const kubeconfig = join(temporaryDirectory(), 'config');
  const config = {
    // The client takes a server without TLS only so.
    clusters: [
      {
        name: 'a',
        cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
      },
    ],
    users: [{ name: 'a', user: {} }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return { kubeconfig, asked };
}
