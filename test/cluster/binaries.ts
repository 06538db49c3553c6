import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../scripts/cache.ts';

/** Version of the Kubernetes components. */
export const KUBERNETES_VERSION = 'v1.34.4';

/** Go module that pins them. */
export const GO_MODULE = fileURLToPath(new URL('./go', import.meta.url));

/** Components that the tier builds from source. */
export const components = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
] as const;

/** Places that Debian installs etcd to. */
const ETCD = ['/usr/bin/etcd', '/usr/local/bin/etcd'];

/** Debian packages of the node, each by a file that it brings. */
export const debianPackages: Readonly<Record<string, string>> = {
  '/usr/bin/etcd': 'etcd-server',
  '/usr/bin/containerd': 'containerd',
  '/usr/sbin/runc': 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/usr/bin/buildah': 'buildah',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/pip3': 'python3-pip',
  '/usr/bin/runsc': 'runsc',
};

/** Files of {@link debianPackages} that are missing. */
export const missingFiles = (): string[] =>
  Object.keys(debianPackages).filter(
    (path) => !existsSync(path) && !(path === '/usr/bin/etcd' && etcdPath() !== undefined),
  );

/** Directory of the built components; another one for each state of the Go module. */
export function cacheDirectory(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'tools.go']) {
    hash.update(readFileSync(join(GO_MODULE, file)));
  }
  return join(cacheRoot(), hash.digest('hex').slice(0, 16));
}

/** The program of a component, whether or not it has been built. */
export const componentPath = (name: string): string => join(cacheDirectory(), name);

/** The etcd program, undefined when it is not installed. */
export const etcdPath = (): string | undefined => ETCD.find((path) => existsSync(path));
