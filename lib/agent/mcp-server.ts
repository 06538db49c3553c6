import type { Construct } from 'constructs';
import { mcpServer as definition } from '../contract/kinds/mcp-server.ts';
import { hostFault } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { problem } from '../private/problems.ts';

/** Props of {@link McpServer}. */
export interface McpServerProps extends CustomResourceProps {
  /** Address of the server's Streamable HTTP endpoint. */
  readonly url: string;
}

/**
 * An MCP server that sandboxes may connect to. Its host and port join the egress entries of every
 * sandbox that lists it.
 *
 * @see https://modelcontextprotocol.io/specification
 */
export class McpServer extends CustomResource {
  /** Address of the server's Streamable HTTP endpoint. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: McpServerProps) {
    const { url } = props;
    super(scope, id, props, () => ({ definition, spec: { url }, problems: check(url) }));
    this.url = url;
  }
}

function check(url: string): Problem[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['https:', 'http:'].includes(parsed.protocol)) {
    const text = `got "${url}", supply a URL such as "https://mcp.example.com/mcp"`;
    return [problem('KARS_EGRESS_HOST', 'url', text)];
  }
  const fault = hostFault(parsed.hostname);
  return fault === undefined ? [] : [problem('KARS_EGRESS_HOST', 'url', fault)];
}
