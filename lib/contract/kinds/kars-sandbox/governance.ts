import * as z from 'zod';
import { integer, objectName } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';

const optionalRef = () =>
  z.strictObject({ name: objectName().optional().describe('Name in the same namespace.') });

/** `spec.governance`: tools, peers and MCP servers. */
export const governance = withRules(
  z.strictObject({
    enabled: z.boolean().default(false).describe('Whether a ToolPolicy applies.'),
    toolPolicyRef: optionalRef().optional().describe('The ToolPolicy of the sandbox.'),
    trustThreshold: integer().default(500).describe('Least trust score of a peer, 0 to 1000.'),
    trustedPeers: z.string().optional().describe('Peers as `name:AMID`, separated by commas.'),
    registryMode: z
      .enum(['local', 'global'])
      .default('local')
      .describe('Which mesh registry is used.'),
    mcpServerRef: optionalRef().optional().describe('Deprecated; use mcpServerRefs.'),
    mcpServerRefs: z
      .array(optionalRef())
      .max(8)
      .optional()
      .describe('MCP servers that the sandbox may use.'),
  }),
  [
    {
      cel: '!has(self.enabled) || !self.enabled || (has(self.toolPolicyRef) && self.toolPolicyRef.name.size() > 0)',
      message: 'spec.governance.toolPolicyRef.name must be set when governance.enabled=true',
      holds: ({ enabled, toolPolicyRef }) => !enabled || (toolPolicyRef?.name ?? '').length > 0,
    },
    {
      cel: '!has(self.trustThreshold) || (self.trustThreshold >= 0 && self.trustThreshold <= 1000)',
      message: 'spec.governance.trustThreshold must be in the range [0, 1000]',
      reason: 'FieldValueInvalid',
      holds: ({ trustThreshold }) => trustThreshold >= 0 && trustThreshold <= 1000,
    },
    {
      cel: '!(has(self.mcpServerRef) && has(self.mcpServerRefs) && self.mcpServerRefs.size() > 0)',
      message:
        'spec.governance.mcpServerRef (singular, deprecated) and spec.governance.mcpServerRefs (plural) are mutually exclusive — use only one',
      reason: 'FieldValueInvalid',
      holds: ({ mcpServerRef, mcpServerRefs = [] }) =>
        !has(mcpServerRef) || mcpServerRefs.length === 0,
    },
    {
      cel: '!has(self.mcpServerRefs) || self.mcpServerRefs.size() <= 8',
      message: 'spec.governance.mcpServerRefs may not exceed 8 entries',
      reason: 'FieldValueInvalid',
      holds: ({ mcpServerRefs = [] }) => mcpServerRefs.length <= 8,
    },
    {
      cel: '!has(self.mcpServerRefs) || self.mcpServerRefs.all(r, self.mcpServerRefs.exists_one(s, s.name == r.name))',
      message: 'spec.governance.mcpServerRefs entries must be unique by name',
      reason: 'FieldValueInvalid',
      holds: ({ mcpServerRefs = [] }) =>
        // CEL fails on a name that is not there, and a rule that fails refuses.
        mcpServerRefs.every(({ name }) => has(name)) &&
        new Set(mcpServerRefs.map(({ name }) => name)).size === mcpServerRefs.length,
    },
  ],
);
