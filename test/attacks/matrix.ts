import { admissionPolicyNames } from 'kars-constructs/contract';
import { holds, type Area, type Attack, type Result, type Stopper } from './attack.ts';
import { layers, layerIds, type LayerId } from './layers.ts';
import { modelledLayers, type ModelledLayer } from './modelled/layers.ts';

/** Titles of the areas, in the order in which they are told. */
const areas: Readonly<Record<Area, string>> = {
  credentials: 'Credentials',
  network: 'Network',
  decisions: 'Decisions of router and proxy',
  reach: 'Reach of model providers',
  router: 'Decisions of the router',
  kernel: 'Kernel',
  files: 'Files',
  resources: 'Resources',
  cluster: 'Cluster',
};

const HEADER = `# Attack matrix

Written by \`npm run attacks\`. Each row is tried on a real node: by the agent in the pod of a sandbox as it is synthesized, or by a
user who has every right by RBAC and no role of the platform. "Stopped by" names the layers of which each stops the attack
alone: a pod with this layer and no other was tried too. The control is the same attempt without any of the layers; where it did not
succeed, the row would prove nothing, and the run fails. What cannot run on that node is marked "modelled", with the model that was
asked instead.

How to run it, and what it does not show: [attacks](attacks.md).
`;

/** Names of the layers, and of the admission policies as they are called in a cluster. */
function titleOf(layer: Stopper): string {
  if (layer in layers) return layers[layer as LayerId].title;
  if (layer in modelledLayers) {
    const { title, model } = modelledLayers[layer as ModelledLayer];
    return `${title} (modelled: ${model})`;
  }
  return `admission policy \`${layer}\``;
}

/** The page of the matrix; nothing in it depends on when or where it ran. */
export function renderMatrix(results: readonly Result[]): string {
  const sections = (Object.keys(areas) as Area[]).map((area) => {
    const rows = results.filter(({ attack }) => attack.area === area).map(rowOf);
    return [
      `## ${areas[area]}`,
      '',
      '| attack | result | stopped by | without |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [`${HEADER}\n${summaryOf(results)}\n`, ...sections].join('\n');
}

/** How many attacks there were, and what became of them. */
export function summaryOf(results: readonly Result[]): string {
  const count = (accepts: (result: Result) => boolean): number => results.filter(accepts).length;
  const stopped = count(({ governed }) => governed.outcome === 'stopped');
  const succeeded = count(({ governed }) => governed.outcome === 'succeeded');
  const controls = count(({ control }) => control.outcome === 'succeeded');
  return `${results.length} attacks: ${stopped} stopped, ${succeeded} succeeded; ${controls} of ${results.length} succeed without the layers.`;
}

function rowOf({ attack, governed, control }: Result): string {
  const layersOf: readonly Stopper[] = attack.stoppedBy;
  const cells = [attack.title, governed.outcome, layersOf.map(titleOf).join('; '), control.outcome];
  return `| ${cells.join(' | ')} |`;
}

/** Layers that no attack names: nothing would tell them from their absence. */
export function unusedLayers(tried: readonly Attack[]): string[] {
  const used = new Set<string>(tried.flatMap(({ stoppedBy }) => [...stoppedBy]));
  const all = [...layerIds, ...Object.keys(modelledLayers), ...admissionPolicyNames];
  return all.filter((layer) => !used.has(layer));
}

/** What is wrong with a run, a line each. */
export const faultsOf = (results: readonly Result[]): string[] =>
  results
    .filter((result) => !holds(result))
    .map(({ attack, governed, alone, control }) => {
      const told = ({ outcome, detail }: { outcome: string; detail: string }): string =>
        `${outcome} (${detail})`;
      const each = attack.stoppedBy.map((layer) => {
        const outcome = alone[layer];
        return `${layer} alone: ${outcome === undefined ? 'not tried' : told(outcome)}`;
      });
      return [`${attack.id}: ${told(governed)}`, ...each, `without: ${told(control)}`].join(', ');
    });
