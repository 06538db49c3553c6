import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, type ApiObjectProps } from 'cdk8s';
import { kinds } from 'kars-constructs/contract';
import { addSandboxes } from './workload.ts';

/**
 * One measurement in a process of its own: `measure.ts ours|plain|schemas COUNT CHARTS FILE`. `ours`
 * writes the objects that it makes into FILE, `plain` makes the same ones as bare ApiObjects in the same
 * charts, `schemas` only parses the specs of the custom resources among them.
 */
const [side = 'ours', count = '1', charts = '1', file = ''] = process.argv.slice(2);

const directory = mkdtempSync(join(tmpdir(), 'kars-bench-'));
try {
  const given =
    side === 'ours' ? [] : (JSON.parse(readFileSync(file, 'utf8')) as ApiObjectProps[][]);
  const app = new App({ outdir: directory });
  // What the imports left behind is no part of a synthesis.
  global.gc?.();
  const started = performance.now();
  if (side === 'schemas') parseSpecs(given.flat());
  else if (side === 'plain') addPlain(app, given);
  else addSandboxes(app, Number(count), Number(charts));
  if (side !== 'schemas') app.synth();
  const milliseconds = performance.now() - started;
  const { maxRSS } = process.resourceUsage();
  const made = side === 'plain' ? given : app.charts.map((chart) => ownObjects(chart));
  if (side === 'ours') writeFileSync(file, JSON.stringify(made));
  const bytes = readdirSync(directory)
    .map((name) => statSync(join(directory, name)).size)
    .reduce((total, size) => total + size, 0);
  const result = { milliseconds, objects: made.flat().length, bytes, peakKibibytes: maxRSS };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function addPlain(app: App, given: readonly (readonly ApiObjectProps[])[]): void {
  given.forEach((objects, index) => {
    const chart = new Chart(app, `chart-${index}`);
    objects.forEach((props, position) => new ApiObject(chart, `object-${position}`, props));
  });
}

function parseSpecs(objects: readonly ApiObjectProps[]): void {
  for (const { kind, spec } of objects as readonly { kind: string; spec?: unknown }[]) {
    kinds.find((definition) => definition.kind === kind)?.spec.safeParse(spec);
  }
}

/** `chart.toJson()` validates the whole app again, once a chart. */
function ownObjects(chart: Chart): unknown[] {
  return chart.node
    .findAll()
    .filter((node) => ApiObject.isApiObject(node))
    .map((node) => node.toJson() as unknown);
}
