import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths.ts';

/** How a component reaches the API server. */
export interface Credentials {
  readonly url: string;
  readonly certificate: string;
  readonly token: string;
}

/** Writes the configuration of one client, and gives its path. */
export function writeKubeconfig(name: string, { url, certificate, token }: Credentials): string {
  mkdirSync(paths.tls, { recursive: true });
  const file = join(paths.tls, `${name}.kubeconfig`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': certificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  return file;
}
