import { describe, expect, it } from 'vitest';
import { Egress, McpServer, ToolPolicy } from 'kars-constructs';
import { annotations, fileDigest, projection } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';

const app = synthesize((scope) => {
  const chart = agentsChart(scope);
  sandboxIn(chart, {
    inferencePolicy: inferencePolicyIn(chart, {
      maxTokensPerRequest: 100,
      tokenBudget: { hourly: 1000, daily: 5000 },
    }),
    toolPolicy: new ToolPolicy(chart, 'tools', { allowedTools: ['b', 'a', 'b'] }),
    egress: [
      Egress.https('z.example.com'),
      Egress.http('a.example.com'),
      Egress.cidr('10.20.0.0/28', 5432),
      Egress.https('z.example.com'),
    ],
    mcpServers: [new McpServer(chart, 'mcp', { url: 'https://mcp.example.com:8443/mcp' })],
  });
});

describe('the documents of a sandbox', () => {
  it('carry the inference policy', () => {
    expect(app.document('kars-reader', 'inference-policy')).toEqual({
      models: [
        { provider: 'local', deployment: 'small' },
        { provider: 'local', deployment: 'large' },
      ],
      providers: [{ name: 'local', endpoint: 'https://models.example.com/v1', credential: 'none' }],
      maxTokensPerRequest: 100,
      budget: { hourlyTokens: 1000, dailyTokens: 5000 },
    });
  });

  it('carry the tools, sorted, each once', () => {
    expect(app.document('kars-reader', 'tool-policy')).toEqual({ allowedTools: ['a', 'b'] });
  });

  it('carry the egress entries and the MCP servers, sorted, each once', () => {
    expect(app.document('kars-reader', 'egress-allowlist').entries).toEqual([
      { cidr: '10.20.0.0/28', port: 5432 },
      { host: 'a.example.com', port: 80 },
      { host: 'mcp.example.com', port: 8443, protocol: 'tls' },
      { host: 'z.example.com', port: 443 },
    ]);
  });

  it('are listed with their digests by the set, and annotated with them', () => {
    const { documents } = app.document('kars-reader', 'set');
    expect(documents.map(({ kind }) => kind)).toEqual([
      'egress-allowlist',
      'inference-policy',
      'tool-policy',
    ]);
    for (const { kind, file, digest } of documents) {
      const map = app.find('ConfigMap', projection[kind].configMap);
      const body = (map['data'] as Record<string, string>)[file] ?? '';
      expect(fileDigest(file, body)).toBe(digest);
      expect(map.metadata.annotations?.[annotations.digest]).toBe(digest);
    }
  });

  it('do not depend on the order in which a user lists entries', () => {
    const digestOf = (hosts: readonly string[]): unknown =>
      synthesize((scope) =>
        sandboxIn(agentsChart(scope), { egress: hosts.map((host) => Egress.https(host)) }),
      ).find('ConfigMap', 'kars-documents-set').metadata.annotations;
    expect(digestOf(['a.example.com', 'b.example.com'])).toEqual(
      digestOf(['b.example.com', 'a.example.com']),
    );
  });

  it('leave out the tool policy where there is none', () => {
    const bare = synthesize((scope) => sandboxIn(agentsChart(scope)));
    expect(() => bare.document('kars-reader', 'tool-policy')).toThrow('found no ConfigMap');
  });
});
