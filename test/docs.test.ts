import { existsSync, readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import {
  admissionCodes,
  auditCodes,
  hardeningCodes,
  documentCodes,
  signedAllowlistCodes,
  enforcement,
  fieldsOf,
  formatPath,
  kinds,
  runtimeCodes,
  stateCodes,
  synthCodes,
} from 'kars-constructs/contract';
import { generatedPages } from '../scripts/docs/pages.ts';

const sources = globSync(['lib/**/*.ts', 'runtime/**/*.ts', 'runtime/launcher/**/*.go'], {
  exclude: ['**/node_modules/**', '**/dist/**'],
});

describe('the generated pages', () => {
  it.each([...generatedPages()])('%s is what npm run docs writes', (path, content) => {
    expect(readFileSync(join('docs', path), 'utf8')).toBe(content);
  });
});

describe('the error codes', () => {
  const known = new Set(
    [
      admissionCodes,
      synthCodes,
      runtimeCodes,
      documentCodes,
      signedAllowlistCodes,
      auditCodes,
      hardeningCodes,
      stateCodes,
    ].flatMap((codes) => Object.keys(codes)),
  );
  const outside = new Set(['KARS_ARGUMENT_INVALID', 'KARS_INTERNAL', 'KARS_POD_IP']);
  const used = new Map(
    sources
      .filter((file) => !file.includes('/codes/'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/['"](KARS_[A-Z_0-9]+)['"]/g)].map(
          ([, code = '']): [string, string] => [code, file],
        ),
      ),
  );

  it('are all in a catalogue', () => {
    const unknown = [...used.keys()].filter((code) => !known.has(code) && !outside.has(code));
    expect(unknown).toEqual([]);
  });

  it('are all in use', () => {
    expect([...known].filter((code) => !used.has(code))).toEqual([]);
  });

  it('are each met by a test', () => {
    const tests = globSync('test/**/*.test.ts')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    expect([...known].filter((code) => !tests.includes(code))).toEqual([]);
  });
});

describe('the table of enforcement', () => {
  const entries = Object.entries(enforcement).flatMap(([kind, fields]) =>
    Object.entries(fields).map(([path, entry]) => ({ kind, path, ...entry })),
  );

  it('names fields that there are', () => {
    const fields = new Set(
      kinds.flatMap((definition) =>
        fieldsOf(definition).map(({ path }) => `${definition.kind} ${formatPath(path)}`),
      ),
    );
    expect(
      entries.map(({ kind, path }) => `${kind} ${path}`).filter((name) => !fields.has(name)),
    ).toEqual([]);
  });

  it.each([...new Set(entries.flatMap(({ where, test }) => [where, test]))])(
    'names %s, which exists',
    (file) => {
      expect(existsSync(file)).toBe(true);
    },
  );

  it.each(kinds)('has an entry for each prop of $kind', ({ kind }) => {
    const listed = new Set(entries.filter((entry) => entry.kind === kind).map(({ prop }) => prop));
    expect(propsOf(kind).filter((prop) => !listed.has(prop))).toEqual([]);
    expect(propsOf(kind).length).toBeGreaterThan(0);
  });
});

describe('the table of props', () => {
  const [, table = ''] =
    /## Every prop of a sandbox\n(.*?)\n## /s.exec(readFileSync('docs/work.md', 'utf8')) ?? [];

  it('has each prop of a sandbox, and no other', () => {
    const named = table.split('\n').flatMap((row) => {
      const [, cell = ''] = row.split('|');
      return [...cell.matchAll(/`(\w+)`/g)].map(([, prop = '']) => prop);
    });
    expect(named.toSorted()).toEqual([...propsOf('KarsSandbox'), 'name'].toSorted());
  });
});

describe('links between pages', () => {
  const pages = [...globSync('docs/**/*.md'), 'README.md', ...globSync('examples/*/README.md')];
  const anchors = (page: string): string[] =>
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

  it.each(pages)('of %s lead somewhere', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.includes('://'));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

/** Names of the props that a construct adds to those of every custom resource. */
function propsOf(kind: string): string[] {
  const name = `${kind}Props`;
  return sources
    .filter((file) => file.startsWith('lib/'))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
      return source.statements
        .filter((statement) => ts.isInterfaceDeclaration(statement))
        .filter((declaration) => declaration.name.text === name)
        .flatMap(({ members }) => members.map((member) => member.name?.getText(source) ?? ''));
    });
}

describe('the snippets', () => {
  const pages = ['README.md', ...globSync('docs/**/*.md'), ...globSync('examples/*/README.md')];
  const snippets = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(
      ([, code = ''], index) => ({ name: `${page} ${index + 1}`, code }),
    ),
  );
  const examples = sources
    .filter((file) => file.startsWith('lib/'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/@example\n((?: +\*.*\n)+?) +\*\//g)].map(
        ([, block = '']) => ({ name: file, code: block.replace(/^ +\* ?/gm, '') }),
      ),
    );

  it('compile as a user would compile them', () => {
    // Below the repository, so that the packages resolve as they do for a user.
    const directory = mkdtempSync(resolve('out-snippets-'));
    try {
      symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
      const files = [...snippets, ...examples].map(({ code }, index) => {
        const file = join(directory, `snippet-${index}.ts`);
        writeFileSync(file, code.includes('import ') ? code : `${PRELUDE}${code}`);
        return file;
      });
      expect(files.length).toBeGreaterThan(3);
      const program = ts.createProgram(files, {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        customConditions: ['kars:source'],
        types: ['node'],
      });
      const problems = ts
        .getPreEmitDiagnostics(program)
        .map(
          ({ file, messageText }) =>
            `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
        );
      expect(problems).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 60_000);
});

/** What a snippet without imports may use. */
const PRELUDE = `
import { App, Chart, Cron, Duration, Size } from 'cdk8s';
import { ConfigMap, PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import * as kars from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
const { AgentProbe, AgentResources, AgentRuntime, AzureIdentity, ClusterNetwork, Egress, EgressApproval, EgressLearning, Inbound, InferencePolicy, KarsImages, KarsPlatform, KarsSandbox, McpServer, ModelProvider, NodeRequirement, ParentProxy, SandboxApprovals, SandboxSecret, SandboxWorkload, SandboxWorkspace, Subject, Toleration, ToolPolicy } = kars;
declare const chart: Chart;
declare const models: kars.InferencePolicy;
declare const admission: kars.AdmissionProps;
declare const agent: kars.AgentRuntime;
declare const MyChart: new (scope: App, id: string) => Chart;
declare function expect(value: unknown): { toHaveLength(length: number): void; toEqual(value: unknown): void; toMatchSnapshot(): void };
export {};
`;
