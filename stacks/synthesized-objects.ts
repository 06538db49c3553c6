import { apiextensions, type Provider } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import type { Chart } from 'cdk8s';

/** An object as a chart synthesizes it. */
export interface SynthesizedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Kinds that others need, in the order in which they have to exist. */
const FIRST = ['CustomResourceDefinition', 'Namespace', 'ServiceAccount'];

/**
 * The objects of charts as Pulumi resources, unchanged and under their own names. Definitions come
 * first, then namespaces, then service accounts, then everything else.
 */
export class SynthesizedObjects extends ComponentResource {
  constructor(
    name: string,
    args: { readonly charts: readonly Chart[]; readonly provider: Provider },
    options?: ComponentResourceOptions,
  ) {
    super('kars:stacks:SynthesizedObjects', name, {}, options);
    const objects = args.charts.flatMap((chart) => chart.toJson() as SynthesizedObject[]);
    let previous: Resource[] = [];
    for (const group of ordered(objects)) {
      const dependsOn = previous;
      previous = group.map(
        (object) =>
          new apiextensions.CustomResource(
            resourceName(object),
            // The type of Pulumi takes any member beside these; what is sent is the object as it is.
            object as ConstructorParameters<typeof apiextensions.CustomResource>[1],
            { parent: this, provider: args.provider, dependsOn },
          ),
      );
    }
    this.registerOutputs({});
  }
}

/** The objects in groups, each of which needs the ones before it. */
function ordered(objects: readonly SynthesizedObject[]): SynthesizedObject[][] {
  return [
    ...FIRST.map((kind) => objects.filter((object) => object.kind === kind)),
    objects.filter(({ kind }) => !FIRST.includes(kind)),
  ].filter((group) => group.length > 0);
}

const resourceName = ({ kind, metadata: { namespace = '', name } }: SynthesizedObject): string =>
  `${kind}/${namespace}/${name}`;
