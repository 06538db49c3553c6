import type { Reference } from '../private/custom-resource.ts';
import type { z } from 'zod';
import type { inferencePolicySpec } from '../contract/kinds/inference-policy.ts';
import type { karsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import type { toolPolicySpec } from '../contract/kinds/tool-policy.ts';
import type { AdmissionProps } from '../platform/admission/admission-props.ts';
import type { ClusterNetwork } from '../platform/cluster-network.ts';
import type { ImageName } from '../platform/images.ts';
import type { SignedEgress } from './signed-egress.ts';

/** Spec of a KarsSandbox that the contract accepted, with its defaults. */
export type AcceptedSandboxSpec = z.output<typeof karsSandboxSpec>;

/** Spec of an InferencePolicy that the contract accepted, with its defaults. */
export type AcceptedInferenceSpec = z.output<typeof inferencePolicySpec>;

/** A policy that a sandbox refers to, with its content. */
export interface Bound<Spec> {
  readonly source: Reference;
  readonly spec: Spec;
}

/** Everything that the objects of a sandbox are made from: accepted custom resources and what the platform says of the cluster. */
export interface SandboxInput {
  readonly sandbox: Bound<AcceptedSandboxSpec>;
  readonly inferencePolicy: Bound<AcceptedInferenceSpec>;
  readonly toolPolicy: Bound<z.output<typeof toolPolicySpec>> | undefined;
  /** Undefined where the list of the sandbox itself counts. */
  readonly signedEgress: SignedEgress | undefined;
  readonly image: (name: ImageName) => string;
  readonly network: ClusterNetwork;
  /** Roles and floors of the platform; undefined where it says none. */
  readonly floor: AdmissionProps | undefined;
}
