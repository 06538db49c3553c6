import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { ociArtifactRef, uint32 } from '../primitives.ts';
import { has, hasLength, withRules } from '../rule.ts';
import { reportedRef, reportedText, statusOf } from '../status.ts';

/** Spec of a KarsMemory as a manifest carries it. */
export const karsMemorySpec = withRules(
  z.strictObject({
    sandboxRef: z
      .strictObject({ name: z.string().describe('Name of a KarsSandbox in the same namespace.') })
      .describe('The sandbox whose agent uses the memory.'),
    storeName: z.string().nullish().describe('Name of the memory store, a DNS label.'),
    scope: z.string().nullish().describe('Part of the store that the sandbox sees.'),
    retentionDays: uint32().nullish().describe('Days after which an entry is deleted.'),
    deleteOnSandboxDelete: z
      .boolean()
      .nullish()
      .describe('Whether the scope is deleted with the sandbox.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    bundleRef: ociArtifactRef()
      .nullish()
      .describe('Signed binding in a registry, instead of the content here.'),
  }),
  [
    {
      cel: "has(self.bundleRef) || (has(self.storeName) && size(self.storeName) > 0 && size(self.storeName) <= 63 && self.storeName.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",
      message:
        'spec.storeName must be a DNS-label (1-63 chars, lowercase alphanumeric + dashes) when spec.bundleRef is not set',
      reason: 'FieldValueInvalid',
      holds: ({ bundleRef, storeName }) =>
        has(bundleRef) ||
        (has(storeName) &&
          storeName.length <= 63 &&
          /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(storeName)),
    },
    {
      cel: 'size(self.sandboxRef.name) > 0 && size(self.sandboxRef.name) <= 253',
      message: 'spec.sandboxRef.name must be 1-253 characters',
      reason: 'FieldValueInvalid',
      holds: ({ sandboxRef: { name } }) => hasLength(name, 1, 253),
    },
    {
      cel: "has(self.bundleRef) || (has(self.scope) && size(self.scope) > 0 && size(self.scope) <= 256 && self.scope.matches('^[A-Za-z0-9_./%+@-]+$'))",
      message:
        'spec.scope must be 1-256 characters using only letters, digits, and _ - . % + @ / (colons are rejected by the Foundry Memory Store) when spec.bundleRef is not set',
      reason: 'FieldValueInvalid',
      holds: ({ bundleRef, scope }) =>
        has(bundleRef) || (has(scope) && /^[A-Za-z0-9_./%+@-]{1,256}$/.test(scope)),
    },
    {
      cel: '!has(self.retentionDays) || self.retentionDays > 0',
      message: 'spec.retentionDays must be > 0 when set (use delete_scope for immediate deletion)',
      reason: 'FieldValueInvalid',
      holds: ({ retentionDays }) => !has(retentionDays) || retentionDays > 0,
    },
    {
      cel: '!has(self.bundleRef) || (!has(self.storeName) && !has(self.scope) && !has(self.retentionDays) && !has(self.deleteOnSandboxDelete) && !has(self.displayName))',
      message:
        'spec.bundleRef is mutually exclusive with spec.storeName, spec.scope, spec.retentionDays, spec.deleteOnSandboxDelete, and spec.displayName',
      reason: 'FieldValueInvalid',
      holds: (self) =>
        !has(self.bundleRef) ||
        ![
          self.storeName,
          self.scope,
          self.retentionDays,
          self.deleteOnSandboxDelete,
          self.displayName,
        ].some(has),
    },
  ],
);

/** Spec of a KarsMemory as a manifest carries it. */
export type KarsMemorySpec = z.input<typeof karsMemorySpec>;

/** KarsMemory of kars v0.1.x. */
export const karsMemory = defineKind({
  kind: 'KarsMemory',
  plural: 'karsmemories',
  shortName: 'cmem',
  scope: 'Namespaced',
  description: 'A memory store for the agent of a sandbox.',
  spec: karsMemorySpec,
  specRequired: true,
  status: statusOf({
    bindingConfigMapRef: reportedRef('ConfigMap with the compiled binding.'),
    versionHash: reportedText('Short digest of the compiled binding.'),
    lastReconciledAt: reportedText('When the binding was compiled.'),
    compiledDigest: reportedText('Digest of the compiled binding.'),
    loadedDigest: reportedText('Digest that the routers report.'),
    bundleRefDigest: reportedText('Digest of the bundle that was used.'),
  }),
  columns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.sandboxRef.name' },
    { name: 'Store', type: 'string', jsonPath: '.spec.storeName' },
    { name: 'Scope', type: 'string', jsonPath: '.spec.scope' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});
