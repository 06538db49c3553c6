import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./resolver.ts', import.meta.url));

/** Starts a DNS server in a network namespace. */
export async function startResolver(
  namespace: string,
  address: string,
  hosts: string,
): Promise<ChildProcess> {
  const child = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, program, address, hosts],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [ready] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [
    unknown,
  ];
  if (!Buffer.isBuffer(ready)) throw new Error(`the DNS server at ${address} ended`);
  return child;
}
