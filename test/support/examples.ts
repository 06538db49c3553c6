import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** An object as an example synthesizes it. */
export interface ExampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The YAML files that an example writes, by name, as a user would run it. */
export function synthesizeExample(name: string): ReadonlyMap<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'kars-example-'));
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--conditions=kars:source', `examples/${name}/main.ts`],
      { env: { ...process.env, CDK8S_OUTDIR: directory }, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return new Map(
      readdirSync(directory)
        .sort()
        .map((file) => [file, readFileSync(join(directory, file), 'utf8')]),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every object of an example, in the order in which it is written. */
export function exampleObjects(name: string): ExampleObject[] {
  return [...synthesizeExample(name).values()].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as ExampleObject),
  );
}
