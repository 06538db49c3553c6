import type { Construct } from 'constructs';
import { requiredByKars } from '../contract/compatibility.ts';
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
}

/**
 * Which tools an agent may offer to its model. A sandbox without one may offer none.
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
    };
    super(scope, id, props, () => ({ definition, spec }));
  }
}
