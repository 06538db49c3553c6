import { existsSync } from 'node:fs';
import { componentPath, components, etcdPath } from './binaries.ts';

/** Whether the cluster tier can run on this machine. */
export function isSetUp():
  | { readonly ready: true }
  | { readonly ready: false; readonly missing: string; readonly command: string } {
  const missing = [
    ...components.filter((name) => !existsSync(componentPath(name))),
    ...(etcdPath() === undefined ? ['etcd'] : []),
  ];
  return missing.length === 0
    ? { ready: true }
    : { ready: false, missing: `no ${missing.join(', no ')}`, command: 'npm run setup:cluster' };
}
