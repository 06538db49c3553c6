import * as z from 'zod';
import { API_VERSION } from './api.ts';
import { withoutDroppedNulls } from './nulls.ts';
import { failure, success, type Problem, type Result } from './problem.ts';
import { interpreted, problemsOf } from './schema-problems.ts';
import { structural, type SchemaNode } from './structural.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
}

/** One kind of custom resource: everything that its CustomResourceDefinition and validator need. */
export interface KindDefinition<Spec extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** One or two sentences for `kubectl explain` and the reference page. */
  readonly description: string;
  readonly spec: Spec;
  /** False where kars v0.1.x accepts an object without a spec. */
  readonly specRequired: boolean;
  readonly status: z.ZodType;
  readonly columns: readonly PrinterColumn[];
}

/** Keeps the type of the spec schema while checking the definition. */
export const defineKind = <Spec extends z.ZodType>(
  definition: KindDefinition<Spec>,
): KindDefinition<Spec> => definition;

/** A custom resource as a manifest carries it. */
export interface CustomResource<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Spec;
}

const metadata = z.looseObject({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
});

const envelope = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata,
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
});

function wrongKind(expected: string, got: string): Problem[] {
  const message = `got ${got}, supply ${expected}`;
  return got === expected ? [] : [{ path: 'kind', code: 'KARS_MANIFEST_INVALID', message }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const structuralSchemas = new WeakMap<KindDefinition, SchemaNode>();

/** What the API server looks at: nulls that it drops are gone. */
function storedForm(definition: KindDefinition, spec: unknown): unknown {
  // Making a structural schema costs more than checking a manifest against it.
  if (!mayHaveNull(spec, DEEPER_THAN_SCHEMAS)) return spec;
  const schema = structuralSchemas.get(definition) ?? structural(definition.spec);
  structuralSchemas.set(definition, schema);
  return withoutDroppedNulls(schema, spec);
}

const DEEPER_THAN_SCHEMAS = 12;

/** Bounded in depth, since objects of unknown form may be as deep as their author likes. */
const mayHaveNull = (value: unknown, depth: number): boolean =>
  value === null ||
  (typeof value === 'object' &&
    (depth === 0 || Object.values(value).some((member) => mayHaveNull(member, depth - 1))));

/**
 * Checks a manifest of one kind against the schema and the cross-field rules, as the API server does
 * when it creates the object under strict field validation.
 *
 * @returns the spec with defaults filled in, or every problem with its path.
 */
export function validateManifest<Spec extends z.ZodType>(
  definition: KindDefinition<Spec>,
  manifest: unknown,
): Result<z.output<Spec> | undefined> {
  const outer = envelope.safeParse(manifest, interpreted);
  const outerProblems = outer.success
    ? wrongKind(definition.kind, outer.data.kind)
    : problemsOf(outer.error, 'KARS_MANIFEST_INVALID');
  if (!isRecord(manifest) || ((manifest['spec'] ?? null) === null && !definition.specRequired)) {
    return outerProblems.length === 0 ? success(undefined) : failure(...outerProblems);
  }
  const stored = storedForm(definition, manifest['spec']);
  const spec = definition.spec.safeParse(stored, interpreted);
  const specProblems = spec.success
    ? []
    : problemsOf(spec.error, 'KARS_MANIFEST_INVALID', 'spec', stored);
  const problems = [...outerProblems, ...specProblems];
  return spec.success && problems.length === 0 ? success(spec.data) : failure(...problems);
}
