import {
  API_VERSION,
  failure,
  inferencePolicy,
  karsSandbox,
  postureOf,
  success,
  toolPolicy,
  validateManifest,
  type KindDefinition,
  type Posture,
  type Problem,
  type Result,
} from 'kars-constructs/contract';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

/** The sandboxes of some manifests, and what keeps others from being judged. */
export interface Postures {
  readonly postures: readonly Posture[];
  readonly problems: readonly { readonly about: string; readonly problem: Problem }[];
}

const resource = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().default('default') }),
});

type Resource = z.output<typeof resource>;

/** Judges every KarsSandbox in the texts of YAML files, with the policies that stand beside it. */
export function posturesIn(texts: readonly string[]): Postures {
  const read = texts.flatMap(resourcesIn);
  const resources = read.flatMap(({ value }) => value ?? []);
  const results = resources
    .filter(({ kind }) => kind === karsSandbox.kind)
    .map((sandbox) => judge(sandbox, resources));
  return {
    postures: results.flatMap(({ posture }) => posture ?? []),
    problems: [...read, ...results].flatMap(({ about, problems }) =>
      problems.map((problem) => ({ about, problem })),
    ),
  };
}

interface Read {
  readonly about: string;
  readonly value?: Resource;
  readonly problems: readonly Problem[];
}

/** Other tools take what this one cannot read, so that is never left out in silence. */
function resourcesIn(text: string): Read[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const about = `document ${index + 1}`;
    const [syntax] = document.errors;
    if (syntax !== undefined) return [{ about, problems: [missing('', syntax.message)] }];
    return itemsOf(document.toJS()).map((object): Read => {
      const parsed = resource.safeParse(object);
      if (parsed.success) return { about, value: parsed.data, problems: [] };
      return ofOurs.safeParse(object).success
        ? { about, problems: [missing('metadata', 'got no name, supply one')] }
        : { about, problems: [] };
    });
  });
}

const ofOurs = z.looseObject({ apiVersion: z.literal(API_VERSION) });

const objectList = z.looseObject({ kind: z.literal('List'), items: z.array(z.unknown()) });

const itemsOf = (value: unknown): unknown[] => {
  const list = objectList.safeParse(value);
  return list.success ? list.data.items : [value];
};

interface Judgement {
  readonly about: string;
  readonly posture?: Posture;
  readonly problems: readonly Problem[];
}

function judge(manifest: Resource, resources: readonly Resource[]): Judgement {
  const { name, namespace } = manifest.metadata;
  const about = `KarsSandbox ${namespace}/${name}`;
  const accepted = validateManifest(karsSandbox, manifest);
  if (!accepted.ok) return { about, problems: accepted.problems };
  const sandbox = accepted.value;
  if (sandbox === undefined) {
    return { about, problems: [missing('spec', 'got none, supply one')] };
  }
  const beside = resources.filter(({ metadata }) => metadata.namespace === namespace);
  const { enabled = false, toolPolicyRef } = sandbox.governance ?? {};
  const models = policyFor('spec.inferenceRef.name', beside, inferencePolicy, sandbox.inferenceRef);
  const tools = enabled
    ? policyFor('spec.governance.toolPolicyRef.name', beside, toolPolicy, toolPolicyRef)
    : success(undefined);
  if (!models.ok || !tools.ok) {
    return { about, problems: [models, tools].flatMap((one) => (one.ok ? [] : one.problems)) };
  }
  const posture = postureOf({
    namespace,
    name,
    sandbox,
    inferencePolicy: models.value,
    toolPolicy: tools.value,
  });
  return { about, posture, problems: [] };
}

/** The spec of the one policy that the field at `path` names, among those beside the sandbox. */
function policyFor<Spec extends z.ZodType>(
  path: string,
  beside: readonly Resource[],
  definition: KindDefinition<Spec>,
  { name = '' }: { readonly name?: string | undefined } = {},
): Result<NonNullable<z.output<Spec>>> {
  const { kind } = definition;
  const [found, other] = beside.filter((one) => one.kind === kind && one.metadata.name === name);
  const refused = (got: string, cure: string): Result<never> =>
    failure(missing(path, `got ${got}, supply ${cure}`));
  if (found === undefined) {
    const namespace = beside[0]?.metadata.namespace ?? '';
    return refused(`no ${kind} ${namespace}/${name} in these files`, 'the file that has it');
  }
  const policy = `${kind} ${found.metadata.namespace}/${name}`;
  // The one that is applied last would be in force.
  if (other !== undefined) return refused(`several ${policy}`, 'one');
  const accepted = validateManifest(definition, found);
  if (!accepted.ok) return accepted;
  return accepted.value === undefined || accepted.value === null
    ? refused(`${policy} without a spec`, 'one with it')
    : success(accepted.value);
}

const missing = (path: string, message: string): Problem => ({
  path,
  code: 'KARS_MANIFEST_INVALID',
  message,
});
