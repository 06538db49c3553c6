import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatReport } from '../../../runtime/cli/quickstart/print.ts';
import { observe, type QuickstartReport } from '../../../runtime/cli/quickstart/report.ts';
import { nextTurn } from '../../../runtime/cli/quickstart/scripted-model.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';

type Printed = QuickstartReport & { observations: { claim: string; holds: boolean }[] };

const run = async (
  app: string,
): Promise<{ code: number | null; report: Printed; stderr: string }> => {
  const out = join(temporaryDirectory(), 'out');
  const { code, stdout, stderr } = await kars(['quickstart', app, '--out', out, '--json']);
  return { code, stderr, report: (stdout === '' ? {} : JSON.parse(stdout)) as Printed };
};

/** The quickstart with one text replaced, elsewhere, with imports that resolve from there. */
function changedApp(from: string, to: string): string {
  const source = readFileSync('examples/quickstart/main.ts', 'utf8');
  expect(source).toContain(from);
  const file = join(temporaryDirectory(), 'main.ts');
  const absolute = ['kars-constructs', 'cdk8s', 'cdk8s-plus-28'].reduce(
    (text, name) => text.replace(`from '${name}'`, `from '${import.meta.resolve(name)}'`),
    source.replace(from, to),
  );
  writeFileSync(file, absolute);
  return file;
}

describe('the quickstart', () => {
  it('proves what it claims', async () => {
    const { code, report } = await run('examples/quickstart/main.ts');
    expect(report.observations.filter(({ holds }) => !holds)).toEqual([]);
    expect(code).toBe(0);
    expect(report.naked).toMatchObject({ collectorHasSecret: true, summaryDelivered: true });
    expect(report.governed).toMatchObject({ collectorHasSecret: false, summaryDelivered: true });
    expect(report.governed.attempts).toContainEqual({
      what: 'http collector.example:80',
      outcome: 'denied',
      code: 'KARS_EGRESS_NOT_ALLOWED',
      rule: 'KarsSandbox agents/reader egress',
      layer: 'egress-proxy',
    });
    expect(report.tokens.input).toBeGreaterThan(0);
    // Tokens depend on the length of the name of the secret file.
    const [, shown = ''] = formatReport(report).split(/(?=Without a sandbox\n)/);
    expect(readFileSync('README.md', 'utf8')).toContain(shown.split('  tokens charged')[0]);
  });

  it('fails when the allow-list lets the collector in', async () => {
    const app = changedApp(
      "Egress.http('articles.example')",
      "Egress.http('articles.example'), Egress.http('collector.example')",
    );
    const { code, report } = await run(app);
    expect(code).toBe(1);
    expect(report.governed.collectorHasSecret).toBe(true);
    const missing = report.observations.filter(({ holds }) => !holds).map(({ claim }) => claim);
    expect(missing).toContain('in the sandbox the collector does not');
  });

  it('fails when the tool policy allows no tool', async () => {
    const app = changedApp(
      "allowedTools: ['fetch_url', 'read_file', 'post_url']",
      'allowedTools: []',
    );
    const { code, report } = await run(app);
    expect(code).toBe(1);
    expect(report.governed.attempts).toMatchObject([
      { outcome: 'denied', code: 'KARS_TOOL_NOT_ALLOWED', layer: 'router' },
    ]);
  });

  it('says what the app says when it does not synthesize', async () => {
    const { code, stderr } = await run(changedApp("'articles.example'", "'*.example'"));
    expect(code).toBe(3);
    expect(stderr).toContain('KARS_EGRESS_HOST');
  });
});

describe('an observation', () => {
  const verified = {
    ok: true as const,
    from: 0,
    records: 1,
    allowed: 1,
    denied: 0,
    tokens: { input: 1, output: 1 },
    head: '',
    signedThrough: 0,
    signedLate: 0,
    keys: [],
  };
  const good: QuickstartReport = {
    objects: {},
    digests: [{ process: 'router', file: 'set.json', synthesized: 'a', enforced: 'a' }],
    naked: { attempts: [], collectorHasSecret: true, summary: 's', summaryDelivered: true },
    governed: {
      attempts: [
        { what: 'http collector.example:80', outcome: 'denied', code: 'c', rule: 'r', layer: 'l' },
      ],
      collectorHasSecret: false,
      summary: 's',
      summaryDelivered: true,
      agentHoldsCredential: false,
      providerSawCredential: true,
    },
    audit: { router: verified, 'egress-proxy': verified },
    tokens: { input: 1, output: 1 },
  };

  it('holds for a good run', () => {
    expect(observe(good).every(({ holds }) => holds)).toBe(true);
  });

  it.each<[string, Partial<QuickstartReport>]>([
    [
      'a digest differs',
      { digests: [{ process: 'router', file: 'f', synthesized: 'a', enforced: 'b' }] },
    ],
    ['no digest was compared', { digests: [] }],
    [
      'the collector got nothing without a sandbox',
      { naked: { ...good.naked, collectorHasSecret: false } },
    ],
    ['the collector has the secret', { governed: { ...good.governed, collectorHasSecret: true } }],
    ['there is no summary', { governed: { ...good.governed, summaryDelivered: false } }],
    ['nothing was denied', { governed: { ...good.governed, attempts: [] } }],
    [
      'the agent holds the credential',
      { governed: { ...good.governed, agentHoldsCredential: true } },
    ],
    [
      'the provider got no credential',
      { governed: { ...good.governed, providerSawCredential: false } },
    ],
    [
      'a log is broken',
      {
        audit: {
          router: verified,
          'egress-proxy': {
            ok: false,
            file: 'audit.jsonl',
            line: 1,
            code: 'KARS_AUDIT_HASH',
            message: '',
          },
        },
      },
    ],
    ['a log is missing', { audit: { router: verified } }],
    ['nothing was charged', { tokens: { input: 0, output: 0 } }],
  ])('is missing when %s', (_what, change) => {
    expect(observe({ ...good, ...change }).filter(({ holds }) => !holds)).toHaveLength(1);
  });
});

describe('the scripted model', () => {
  const user = { role: 'user', content: 'Summarize http://a.example/x' };

  it('fetches the page that it is asked about', () => {
    expect(nextTurn([user])).toEqual({ tool: 'fetch_url', input: { url: 'http://a.example/x' } });
  });

  it('only summarizes a page without instructions', () => {
    expect(nextTurn([user, { role: 'tool', content: '<p>One.</p>' }])).toEqual({
      text: 'Summary: One.',
    });
  });
});
