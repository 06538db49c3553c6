import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, contentDigest } from '../../lib/contract/canonical.ts';
import type { GuardDocument } from '../../lib/contract/guard-document.ts';
import { guardDocumentFor } from '../../lib/sandbox/guard/guard-document.ts';
import { launcherProgram } from './programs.ts';

/** What a guard is given. */
export interface GuardFiles {
  /** A file or directory of the guard; `install` is where it puts the launcher. */
  readonly path: (name: string) => string;
  /** The command line of the guard, without its name. */
  readonly args: readonly string[];
}

/** Writes the documents of a guard below `root`; the launch document is one that it need not understand. */
export function placeGuard(
  root: string,
  document: GuardDocument = guardDocumentFor([]),
  launcher = launcherProgram('launch'),
): GuardFiles {
  const path = (name: string): string => join(root, name);
  const documents = { guard: canonicalJson(document), launch: '{"version":1}' };
  mkdirSync(path('install'), { recursive: true });
  writeFileSync(path('guard.json'), documents.guard);
  writeFileSync(path('launch.json'), documents.launch);
  return {
    path,
    args: [
      `--document=${path('guard.json')}`,
      `--document-digest=${contentDigest(documents.guard)}`,
      `--launch-document=${path('launch.json')}`,
      `--launch-digest=${contentDigest(documents.launch)}`,
      `--install=${path('install')}`,
      `--launcher=${launcher}`,
    ],
  };
}
