import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { annotations, labels } from '../contract/api.ts';
import { encodeSet } from '../contract/document-set.ts';
import { encode, type EncodedDocument, type Source } from '../contract/document.ts';
import { compileInferencePolicy } from '../contract/kinds/inference-policy.ts';
import { compileEgressAllowlist } from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import { compileToolPolicy } from '../contract/kinds/tool-policy.ts';
import { success, type Problem, type Result } from '../contract/problem.ts';
import { projection } from '../contract/projection.ts';
import { problem } from '../private/problems.ts';
import type { SandboxInput } from './input.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** The documents of a sandbox, the set document first, and what is wrong with them. */
export interface CompiledDocuments {
  readonly documents: readonly EncodedDocument[];
  readonly problems: readonly Problem[];
}

/** Compiles every policy of a sandbox into its document. */
export function compileDocuments(input: SandboxInput): CompiledDocuments {
  const { sandbox, inferencePolicy, toolPolicy, signedEgress } = input;
  const models = compileInferencePolicy(inferencePolicy.spec);
  const tools = toolPolicy && compileToolPolicy(toolPolicy.spec);
  const compiled: readonly Result<EncodedDocument>[] = [
    mapResult(models, (payload) =>
      encode('inference-policy', sourceOf(inferencePolicy.source), payload),
    ),
    ...(toolPolicy === undefined || tools === undefined
      ? []
      : [
          mapResult(tools, (payload) =>
            encode('tool-policy', sourceOf(toolPolicy.source), payload),
          ),
        ]),
    mapResult(compileEgressAllowlist(sandbox.spec.networkPolicy), (payload) =>
      encode('egress-allowlist', sourceOf(sandbox.source), payload),
    ),
    ...(signedEgress?.payload === undefined
      ? []
      : [success(encode('signed-allowlist', sourceOf(sandbox.source), signedEgress.payload))]),
  ];
  const members = compiled.flatMap((result) => (result.ok ? [result.value] : []));
  const documents = [encodeSet(sourceOf(sandbox.source), members), ...members];
  return {
    documents,
    problems: [
      ...compiled.flatMap((result) => (result.ok ? [] : result.problems)),
      ...documents.flatMap(sizeProblems),
    ],
  };
}

/** The ConfigMap of one document. */
export function documentConfigMap(sandbox: string, document: EncodedDocument): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: projection[document.kind].configMap,
      namespace: sandboxNamespace(sandbox),
      labels: { ...sandboxLabels(sandbox), [labels.document]: document.kind },
      annotations: { [annotations.digest]: document.digest },
    },
    data: { [document.file]: document.body },
  };
}

function sizeProblems({ kind, file, body }: EncodedDocument): Problem[] {
  const bytes = Buffer.byteLength(body);
  const { maxBytes } = projection[kind];
  const text = `got ${bytes} bytes, allowed ${maxBytes}; list less, or spread it over several sandboxes`;
  return bytes > maxBytes ? [problem('KARS_DOCUMENT_TOO_LARGE', file, text)] : [];
}

const sourceOf = ({ kind, namespace, name }: Source): Source => ({ kind, namespace, name });

function mapResult<T, U>(result: Result<T>, map: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}
