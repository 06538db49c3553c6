import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { requiredByKars } from '../contract/compatibility.ts';
import type { PolicyProfile } from '../contract/kinds/policy-profile.ts';
import {
  toolPolicy as definition,
  type toolPolicySpec,
  type ToolPolicySpec,
} from '../contract/kinds/tool-policy.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';

/** Props of {@link ToolPolicy}. */
export interface ToolPolicyProps extends CustomResourceProps {
  /** Names of the tools that an agent may offer to its model; `*` stands for all. */
  readonly allowedTools: readonly string[];
  /**
   * Rules by which actions are allowed, denied, bounded or left to humans, besides the list of tools. What they
   * do not allow is denied, requests to models too.
   *
   * @default the list of tools alone decides
   */
  readonly profile?: PolicyProfile;
  /**
   * Whether a human has to approve each call of a tool. Nobody can do so yet, so that none is made.
   *
   * @default 'never'
   */
  readonly approval?: 'never' | 'always';
  /**
   * How many calls of tools the answers of models may have. One more ends the request.
   *
   * @default any number
   */
  readonly rateLimit?: ToolRateLimit;
}

/** A bound on calls of tools. */
export interface ToolRateLimit {
  /** Calls in a second, on average over the window; from 1. */
  readonly rps: number;
  /**
   * Most calls in one second.
   *
   * @default as many as `rps`
   */
  readonly burst?: number;
  /**
   * Length of time that calls are averaged over, in whole seconds.
   *
   * @default a minute
   */
  readonly window?: Duration;
}

/**
 * Which tools an agent may offer to its model, and what answers may call. A sandbox without one may offer none.
 *
 * @example
 * new ToolPolicy(chart, 'tools', { allowedTools: ['fetch_url'] });
 */
export class ToolPolicy extends CustomResource<typeof toolPolicySpec> {
  constructor(scope: Construct, id: string, props: ToolPolicyProps) {
    const spec: ToolPolicySpec = {
      appliesTo: {
        sandboxMatchLabels: { ...requiredByKars.ToolPolicy['appliesTo.sandboxMatchLabels'] },
      },
      allowedTools: [...props.allowedTools],
      ...rateOf(props),
      ...(props.approval === undefined ? {} : { approval: { mode: props.approval } }),
      // JSON is YAML.
      ...(props.profile === undefined
        ? {}
        : { agtProfile: { inline: JSON.stringify(props.profile) } }),
    };
    super(scope, id, props, () => ({ definition, spec }));
  }
}

function rateOf({ rateLimit }: ToolPolicyProps): Pick<ToolPolicySpec, 'rateLimit'> {
  if (rateLimit === undefined) return {};
  const { window, ...numbers } = rateLimit;
  const seconds = window === undefined ? {} : { window: `${window.toSeconds()}s` };
  return { rateLimit: { ...numbers, ...seconds } };
}
