import { fileURLToPath } from 'node:url';

/** A program of this package that can be started as a process of its own. */
export type Program = 'router' | 'egress-proxy' | 'agent';

const fromSource = import.meta.url.endsWith('.ts');

/** Arguments for Node.js when it runs a TypeScript or JavaScript file of the user. */
export const nodeArguments: readonly string[] = fromSource ? ['--conditions=kars:source'] : [];

/** Arguments for Node.js to start a program: its source here, its bundle beside ours when installed. */
export function programArguments(program: Program): string[] {
  const location = fromSource ? `../${program}/main.ts` : `./${program}.js`;
  return [...nodeArguments, fileURLToPath(new URL(location, import.meta.url))];
}
