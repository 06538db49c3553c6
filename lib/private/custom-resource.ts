import { Construct } from 'constructs';
import type { z } from 'zod';
import { API_VERSION } from '../contract/api.ts';
import { validateManifest, type KindDefinition } from '../contract/kind.ts';
import type { Problem } from '../contract/problem.ts';
import { addObject } from './manifest.ts';
import { claim, namespaceOf, nameProblems } from './names.ts';
import { reportAtSynth } from './problems.ts';

/** Props of every construct that makes one custom resource. */
export interface CustomResourceProps {
  /**
   * Name of the custom resource.
   *
   * @default the id of the construct
   */
  readonly name?: string;
}

/** Where a custom resource is, for the constructs that refer to it. */
export interface Reference {
  /** Kind of the custom resource. */
  readonly kind: string;
  /** Namespace of the custom resource. */
  readonly namespace: string;
  /** Name of the custom resource. */
  readonly name: string;
}

/** What a construct says of its custom resource. */
interface Rendering<Spec extends z.ZodType> {
  readonly definition: KindDefinition<Spec>;
  readonly spec: z.input<Spec>;
  readonly problems?: readonly Problem[];
  readonly longestName?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Base of the constructs that make one custom resource: name, checks against the contract, record. */
export abstract class CustomResource<Spec extends z.ZodType = z.ZodType>
  extends Construct
  implements Reference
{
  /** Kind of the custom resource. */
  readonly kind: string;
  /** Namespace of the custom resource: that of the chart around it, `default` without one. */
  readonly namespace: string;
  /** Name of the custom resource. */
  readonly name: string;
  /** The spec with defaults filled in, as the contract accepted it; undefined when synthesis will refuse the custom resource. */
  readonly acceptedSpec: z.output<Spec> | undefined;

  protected constructor(
    scope: Construct,
    id: string,
    props: CustomResourceProps,
    rendering: (name: string) => Rendering<Spec>,
  ) {
    super(scope, id);
    this.name = props.name ?? id;
    this.namespace = namespaceOf(this);
    const { definition, spec, problems = [], longestName, annotations } = rendering(this.name);
    this.kind = definition.kind;
    const clustered = definition.scope === 'Cluster';
    const manifest = {
      apiVersion: API_VERSION,
      kind: definition.kind,
      metadata: {
        name: this.name,
        ...(clustered ? {} : { namespace: this.namespace }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec,
    };
    addObject(this, 'Resource', manifest);
    const checked = problems.length > 0 ? undefined : validateManifest(definition, manifest);
    const found = [
      ...nameProblems(this.name, longestName),
      ...claim(this, `${definition.kind} ${clustered ? '' : `${this.namespace}/`}${this.name}`),
      ...problems,
      ...(checked === undefined || checked.ok ? [] : checked.problems),
    ];
    this.acceptedSpec = found.length === 0 && checked?.ok === true ? checked.value : undefined;
    reportAtSynth(this, found);
  }
}
