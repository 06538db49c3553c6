import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './ctr.ts';
import { paths } from './paths.ts';

/** Files with which the API server shows the kubelet who it is. */
export interface KubeletClient {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes an authority and one client certificate, for logs, exec and the like. */
export async function makeKubeletClient(): Promise<KubeletClient> {
  mkdirSync(paths.tls, { recursive: true });
  const file = (name: string): string => join(paths.tls, name);
  const openssl = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await run('openssl', args);
    if (code !== 0) throw new Error(`[KARS_NODE_TLS] openssl ${args[0] ?? ''}: ${stderr}`);
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const client = ['-subj', '/O=system:masters/CN=kube-apiserver'];
  await openssl('req', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.crt'), '-days', '2', '-subj', '/CN=kubelet-clients'); // prettier-ignore
  await openssl('req', ...newKey, '-keyout', file('client.key'), '-out', file('client.csr'), ...client); // prettier-ignore
  writeFileSync(file('client.ext'), 'extendedKeyUsage=clientAuth\n');
  await openssl('x509', '-req', '-in', file('client.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('client.ext'), '-out', file('client.crt')); // prettier-ignore
  return { authority: file('ca.crt'), certificate: file('client.crt'), key: file('client.key') };
}
