import type { Reference } from '../private/custom-resource.ts';
import type { InferencePolicySpec } from '../contract/kinds/inference-policy.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import type { ToolPolicySpec } from '../contract/kinds/tool-policy.ts';
import type { ImageName } from '../platform/images.ts';

/** A policy that a sandbox refers to, with its content. */
export interface Bound<Spec> {
  readonly source: Reference;
  readonly spec: Spec;
}

/** Everything that the objects of a sandbox are made from: custom resources and images, nothing else. */
export interface SandboxInput {
  readonly sandbox: Bound<KarsSandboxSpec>;
  readonly inferencePolicy: Bound<InferencePolicySpec>;
  readonly toolPolicy: Bound<ToolPolicySpec> | undefined;
  readonly image: (name: ImageName) => string;
}
