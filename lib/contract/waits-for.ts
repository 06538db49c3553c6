const MCP_GATEWAY = 'waits for the MCP gateway';

/** What a field that nothing acts on yet waits for, where that is known: what answers of models do not show. */
export const waitsFor: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ToolPolicy: {
    'appliesTo.mcpServer': MCP_GATEWAY,
    'commerce.dailyCap': MCP_GATEWAY,
    'commerce.monthlyCap': MCP_GATEWAY,
    'commerce.perTransferCap': MCP_GATEWAY,
    'commerce.counterpartyAllowlist': MCP_GATEWAY,
    'approval.threshold': MCP_GATEWAY,
    'approval.channel': MCP_GATEWAY,
  },
};
