import type { Construct } from 'constructs';
import { karsEval as definition } from '../contract/kinds/kars-eval.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import type { KarsSandbox } from '../sandbox/kars-sandbox.ts';

/** Corpora that come with kars. */
export type EvalCorpus =
  | 'jailbreak-baseline'
  | 'prompt-injection-2026q1'
  | 'banned-tools'
  | 'egress-known-bad'
  | 'memory-isolation';

/** Props of {@link KarsEval}. */
export interface KarsEvalProps extends CustomResourceProps {
  /** Sandbox that is tested. */
  readonly target: KarsSandbox;
  /** Cases that it has to pass. */
  readonly corpus: EvalCorpus;
}

/**
 * A conformance test of a sandbox. It is checked at synth and recorded; nothing in the cluster runs it
 * in this release, and admission says so.
 */
export class KarsEval extends CustomResource {
  constructor(scope: Construct, id: string, props: KarsEvalProps) {
    const { target, corpus } = props;
    super(scope, id, props, () => ({
      definition,
      spec: { targetSandboxRef: { name: target.name }, corpus: { builtin: corpus } },
    }));
  }
}
