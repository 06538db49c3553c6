import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProxiedPod } from '../proxied-pod.ts';

/** Starts servers of TLS, HTTP and one that speaks first beside a pod, on these addresses. */
export async function startSite(pod: ProxiedPod, addresses: readonly string[]): Promise<void> {
  const [key, certificate] = [join(pod.root, 'key.pem'), join(pod.root, 'certificate.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-subj', '/CN=site', '-keyout', key, '-out', certificate],
    { stdio: 'ignore' },
  );
  const script = fileURLToPath(new URL('site.py', import.meta.url));
  await pod.startOutside(['/usr/bin/python3', script, certificate, key, ...addresses], 'ready');
}
