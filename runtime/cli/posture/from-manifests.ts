import {
  API_VERSION,
  inferencePolicy,
  karsSandbox,
  postureOf,
  toolPolicy,
  validateManifest,
  type KindDefinition,
  type Posture,
  type Problem,
} from 'kars-constructs/contract';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

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
  if (accepted.value === undefined) {
    return { about, problems: [missing('spec', 'got none, supply one')] };
  }
  const sandbox = accepted.value;
  const { enabled = false, toolPolicyRef } = sandbox.governance ?? {};
  const find = (path: string, kind: string, wanted: string): Found => {
    const [found, other] = resources.filter(
      (one) => one.kind === kind && one.metadata.name === wanted && one.metadata.namespace === namespace, // prettier-ignore
    );
    if (found === undefined) return { ok: false, problems: [missing(path, `got no ${kind} ${namespace}/${wanted} in these files, supply the file that has it`)] }; // prettier-ignore
    // The one that is applied last would be in force.
    if (other !== undefined) return { ok: false, problems: [missing(path, `got several ${kind} ${namespace}/${wanted}, supply one`)] }; // prettier-ignore
    return { ok: true, manifest: found };
  };
  const models = acceptedAt(inferencePolicy, find('spec.inferenceRef.name', inferencePolicy.kind, sandbox.inferenceRef.name)); // prettier-ignore
  const tools = enabled
    ? acceptedAt(toolPolicy, find('spec.governance.toolPolicyRef.name', toolPolicy.kind, toolPolicyRef?.name ?? '')) // prettier-ignore
    : { ok: true as const, value: undefined };
  if (!models.ok || !tools.ok || models.value === undefined) {
    return { about, problems: [...(models.ok ? [] : models.problems), ...(tools.ok ? [] : tools.problems)] }; // prettier-ignore
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

type Found =
  | { readonly ok: true; readonly manifest: Resource }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function acceptedAt<Spec extends z.ZodType>(
  definition: KindDefinition<Spec>,
  found: Found,
): ReturnType<typeof validateManifest<Spec>> {
  return found.ok ? validateManifest(definition, found.manifest) : found;
}

const missing = (path: string, message: string): Problem => ({
  path,
  code: 'KARS_MANIFEST_INVALID',
  message,
});
