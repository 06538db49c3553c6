import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { ociArtifactRef, stringMap } from '../primitives.ts';
import { has, withRules } from '../rule.ts';
import { reportedRef, reportedText, statusOf } from '../status.ts';

/** Spec of an McpServer as a manifest carries it. */
export const mcpServerSpec = withRules(
  z.strictObject({
    url: z.string().nullish().describe("Address of the server's Streamable HTTP endpoint."),
    productionMode: z
      .boolean()
      .nullish()
      .describe('Whether the address has to be https and an OAuth issuer has to be named.'),
    oauth: z
      .strictObject({
        issuer: z.string().describe('Issuer of the tokens.'),
        audience: z.string().nullish().describe('Audience of the tokens.'),
        resource: z.string().nullish().describe('Resource indicator, RFC 8707.'),
        pkce: z.string().default('S256').describe('Always S256, RFC 7636.'),
      })
      .nullish()
      .describe('Where tokens for the server come from.'),
    scopes: z.array(z.string()).nullish().describe('Scopes to ask for.'),
    allowedTools: z
      .array(z.string())
      .nullish()
      .describe('Tools of the server that may be called, `*` for all; none when empty.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    allowedSandboxes: z
      .strictObject({ matchLabels: stringMap().default({}).describe('Labels of sandboxes.') })
      .nullish()
      .describe('Which sandboxes may use the server.'),
    bearerFromEnv: z
      .string()
      .nullish()
      .describe('Environment variable of the router that holds the bearer token.'),
    bundleRef: ociArtifactRef()
      .nullish()
      .describe('Signed description in a registry, instead of the content here.'),
  }),
  [
    {
      cel: 'has(self.bundleRef) || !has(self.productionMode) || self.productionMode == false || (has(self.oauth) && size(self.oauth.issuer) > 0)',
      message: 'productionMode requires spec.oauth.issuer to be set',
      reason: 'FieldValueInvalid',
      holds: ({ bundleRef, productionMode, oauth }) =>
        has(bundleRef) || productionMode !== true || (has(oauth) && oauth.issuer.length > 0),
    },
    {
      cel: "has(self.bundleRef) || !has(self.productionMode) || self.productionMode == false || (has(self.url) && self.url.startsWith('https://'))",
      message: 'productionMode requires spec.url to begin with https://',
      reason: 'FieldValueInvalid',
      holds: ({ bundleRef, productionMode, url }) =>
        has(bundleRef) || productionMode !== true || (has(url) && url.startsWith('https://')),
    },
    {
      cel: "!has(self.oauth) || !has(self.oauth.pkce) || self.oauth.pkce == 'S256'",
      message: "spec.oauth.pkce, when set, must be 'S256' (RFC 7636 §4.2)",
      reason: 'FieldValueInvalid',
      holds: ({ oauth }) => !has(oauth) || oauth.pkce === 'S256',
    },
    {
      cel: '!has(self.bundleRef) || (!has(self.url) && !has(self.oauth) && !has(self.productionMode) && !has(self.scopes) && !has(self.allowedTools) && !has(self.displayName))',
      message:
        'spec.bundleRef is mutually exclusive with spec.url, spec.oauth, spec.productionMode, spec.scopes, spec.allowedTools, and spec.displayName',
      reason: 'FieldValueInvalid',
      holds: (self) =>
        !has(self.bundleRef) ||
        ![
          self.url,
          self.oauth,
          self.productionMode,
          self.scopes,
          self.allowedTools,
          self.displayName,
        ].some(has),
    },
  ],
);

/** Spec of an McpServer as a manifest carries it. */
export type McpServerSpec = z.input<typeof mcpServerSpec>;

/** McpServer of kars v0.1.x. */
export const mcpServer = defineKind({
  kind: 'McpServer',
  plural: 'mcpservers',
  shortName: 'mcp',
  scope: 'Namespaced',
  description: 'An MCP server that sandboxes may use.',
  spec: mcpServerSpec,
  specRequired: true,
  status: statusOf({
    lastProbedAt: reportedText('When the object was last looked at.'),
    signingKeyRef: reportedRef('Secret with the key that signs requests.'),
    jwksConfigMapRef: reportedRef('ConfigMap with the keys of the issuer.'),
    bundleRefDigest: reportedText('Digest of the bundle that was used.'),
  }),
  columns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    { name: 'Production', type: 'boolean', jsonPath: '.spec.productionMode' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});
