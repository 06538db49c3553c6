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
  const resources = texts.flatMap(resourcesIn);
  const results = resources
    .filter(({ kind }) => kind === karsSandbox.kind)
    .map((sandbox) => judge(sandbox, resources));
  return {
    postures: results.flatMap(({ posture }) => posture ?? []),
    problems: results.flatMap(({ about, problems }) =>
      problems.map((problem) => ({ about, problem })),
    ),
  };
}

function resourcesIn(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) => {
    const parsed = resource.safeParse(document.errors.length === 0 ? document.toJS() : undefined);
    return parsed.success ? [parsed.data] : [];
  });
}

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
    const found = resources.find(
      (one) => one.kind === kind && one.metadata.name === wanted && one.metadata.namespace === namespace, // prettier-ignore
    );
    return found === undefined
      ? { ok: false, problems: [missing(path, `got no ${kind} ${namespace}/${wanted} in these files, supply the file that has it`)] } // prettier-ignore
      : { ok: true, manifest: found };
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
