import { App, Chart, Testing } from 'cdk8s';
import { decodeKind, type PayloadOf } from '../contract/payloads.ts';
import { formatProblem } from '../contract/problem.ts';
import { projection, type DocumentKind } from '../contract/projection.ts';

/** An object as it stands in the synthesized YAML. */
export interface SynthesizedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

/** What an app synthesizes to. */
export interface SynthesizedApp {
  /** Every object, in the order in which charts and constructs were made. */
  readonly objects: readonly SynthesizedObject[];
  /** The objects of one kind. */
  ofKind(kind: string): SynthesizedObject[];
  /**
   * The one object of this kind and name.
   *
   * @throws Error when there is none, or more than one.
   */
  find(kind: string, name: string): SynthesizedObject;
  /**
   * The payload that a process of the sandbox reads, checked as the process checks it.
   *
   * @throws Error when the sandbox has no such document, or a process would refuse it.
   */
  document<K extends DocumentKind>(sandboxNamespace: string, kind: K): PayloadOf<K>;
}

/**
 * Synthesizes what `build` adds to an empty app, without writing files.
 *
 * @throws Error with every problem of the app, as `cdk8s synth` would report them.
 *
 * @example
 * const app = synthesize((scope) => new MyChart(scope, 'mine'));
 * expect(app.document('kars-reader', 'egress-allowlist').entries).toHaveLength(1);
 */
export function synthesize(build: (app: App) => unknown): SynthesizedApp {
  const app = Testing.app();
  build(app);
  const nodes = app.node.findAll();
  const faults = nodes.flatMap(({ node }) =>
    node.validate().map((fault) => `[${node.path}] ${fault}`),
  );
  if (faults.length > 0) {
    throw new Error(`Validation failed with the following errors:\n  ${faults.join('\n  ')}`);
  }
  return new Objects(
    nodes
      .filter((node) => Chart.isChart(node))
      .flatMap((chart) => chart.toJson() as SynthesizedObject[]),
  );
}

class Objects implements SynthesizedApp {
  readonly objects: readonly SynthesizedObject[];

  constructor(objects: readonly SynthesizedObject[]) {
    this.objects = objects;
  }

  ofKind(kind: string): SynthesizedObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  find(kind: string, name: string): SynthesizedObject {
    const found = this.ofKind(kind).filter(({ metadata }) => metadata.name === name);
    const [object] = found;
    if (object === undefined || found.length > 1) {
      const names = this.ofKind(kind).map(({ metadata }) => metadata.name);
      throw new Error(
        `found ${found.length} objects of kind ${kind} named "${name}"; there are: ${names.join(', ')}`,
      );
    }
    return object;
  }

  document<K extends DocumentKind>(sandboxNamespace: string, kind: K): PayloadOf<K> {
    const { configMap, file } = projection[kind];
    const body = this.ofKind('ConfigMap')
      .filter(({ metadata }) => metadata.namespace === sandboxNamespace)
      .filter(({ metadata }) => metadata.name === configMap)
      .map(({ data }) => (data as Record<string, string>)[file])
      .find((text) => text !== undefined);
    if (body === undefined) {
      throw new Error(`found no ConfigMap ${sandboxNamespace}/${configMap} with the key ${file}`);
    }
    const decoded = decodeKind(kind, body);
    if (!decoded.ok) throw new Error(decoded.problems.map(formatProblem).join('\n'));
    return decoded.value.payload;
  }
}
