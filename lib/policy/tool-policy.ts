import type { Construct } from 'constructs';
import { GROUP } from '../contract/api.ts';
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
    const name = props.name ?? id;
    const spec: ToolPolicySpec = {
      // Required by the schema of kars v0.1.x; sandboxes refer to a policy by name.
      appliesTo: { sandboxMatchLabels: { [`${GROUP}/tool-policy`]: name } },
      allowedTools: [...props.allowedTools],
    };
    super(scope, id, props, () => ({ definition, spec }));
  }
}
