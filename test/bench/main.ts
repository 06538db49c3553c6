import { parseArgs } from 'node:util';
import { formatBench, type BenchOptions, type BenchReport } from './report.ts';
import { benchEgress } from './egress/bench.ts';
import { benchLauncher } from './launcher/bench.ts';
import { benchPolicy } from './policy/bench.ts';
import { benchRouter } from './router/bench.ts';
import { benchSandbox } from './sandbox/bench.ts';
import { benchSynth } from './synth/bench.ts';

type Bench = (
  progress: (text: string) => void,
  options: BenchOptions,
) => BenchReport | Promise<BenchReport>;

const benches: Readonly<Record<string, Bench>> = {
  egress: benchEgress,
  launcher: benchLauncher,
  policy: benchPolicy,
  router: benchRouter,
  sandbox: benchSandbox,
  synth: benchSynth,
};

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '15' },
  },
  allowPositionals: true,
});
const [name = ''] = positionals;
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`got the bench "${name}", there are: ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const report = await bench((text) => process.stderr.write(`${text}\n`), {
    quick: values.quick,
    runs: Number(values.runs),
    soakMinutes: values.soak ? Number(values.minutes) : undefined,
  });
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : formatBench(report)}\n`);
}
