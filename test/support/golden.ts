import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinds, type KindDefinition } from 'kars-constructs/contract';
import { parse } from 'yaml';

/** A manifest of a golden folder. */
export interface GoldenCase {
  readonly name: string;
  readonly definition: KindDefinition;
  readonly manifest: GoldenManifest;
  /** Text that every refusal shows; undefined for a valid case. */
  readonly expected: string | undefined;
}

/** The parts of a manifest that tests look at. */
export interface GoldenManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

const ROOT = fileURLToPath(new URL('../contract/golden', import.meta.url));

/** Every golden case of one sort, of every kind. */
export function goldenCases(sort: 'valid' | 'invalid'): GoldenCase[] {
  return kinds.flatMap((definition) => {
    const folder = join(ROOT, definition.kind, sort);
    return readdirSync(folder)
      .sort()
      .map((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        return {
          name: `${definition.kind} ${file.replace('.yaml', '')}`,
          definition,
          manifest: parse(text) as GoldenManifest,
          expected: /^# expect: (.*)$/m.exec(text)?.[1],
        };
      });
  });
}
