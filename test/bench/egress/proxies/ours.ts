import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { limitOption } from '../../../../lib/contract/egress-limits.ts';
import { processes } from '../../../../lib/contract/process.ts';
import { nodeCommands } from '../../../../runtime/images/recipes.ts';
import { bundleOptions } from '../../../../scripts/bundles.ts';
import { koffiModule } from '../../../../scripts/images/native-module.ts';
import { writeDocuments } from '../../../support/documents.ts';
import { loads } from '../driver/load.ts';
import { entries } from '../sites.ts';
import type { Proxy } from './proxy.ts';

const { agentPort, statusPort, dnsPort } = processes['egress-proxy'];

/** What Node.js is told in the image. */
const [, ...flags] = nodeCommands['egress-proxy'];

/**
 * The egress proxy as in its image and its pod: its bundle, redirection and DNS included.
 *
 * @param most how many connections it takes at once, for what it refuses to hold as it is. @default its own bounds
 */
export async function ourProxy(directory: string, most?: number): Promise<Proxy> {
  // The native module is looked for two directories above that of the bundle.
  const root = join(directory, `egress-proxy-${most ?? 'as-it-is'}`);
  const program = join(root, 'usr', 'app', 'main.mjs');
  const bounds = ['connections', 'calls', 'callsOfTarget'] as const;
  await build({ ...bundleOptions('egress-proxy'), outfile: program });
  const { source, target } = koffiModule();
  const native = join(root, target);
  mkdirSync(dirname(native), { recursive: true });
  cpSync(source, native);
  return {
    name: 'egress proxy',
    port: agentPort,
    carries: loads,
    ready: '"listener":"agent"',
    prepare: (place) => {
      const documents = join(place, 'documents');
      const approvals = join(place, 'approvals');
      mkdirSync(approvals);
      writeDocuments(documents, { 'egress-allowlist': { entries: [...entries] } });
      return [
        process.execPath,
        ...flags,
        program,
        '--sandbox=bench',
        `--listen-port=${agentPort}`,
        '--status-host=127.0.0.1',
        `--status-port=${statusPort}`,
        `--dns-port=${dnsPort}`,
        `--documents=${documents}`,
        `--state=${join(place, 'state')}`,
        `--approvals=${approvals}`,
        ...(most === undefined ? [] : bounds.map((name) => `--${limitOption(name)}=${most}`)),
      ];
    },
  };
}
