import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { goProgramPath, type GoProgram } from '../../../../scripts/images/go-program.ts';
import { loads } from '../driver/load.ts';
import { listedNames } from '../sites.ts';
import type { Proxy } from './proxy.ts';

const PORT = 3131;

/** Built from its source, which takes Go. */
export const smokescreenProgram: GoProgram = {
  name: 'smokescreen',
  source: 'github.com/stripe/smokescreen',
  version: 'v0.1.0',
};

const path = (): string => goProgramPath(cacheRoot(), smokescreenProgram);

/** Whether it has been built; the bench does without it otherwise. */
export const hasSmokescreen = (): boolean => existsSync(path());

/** smokescreen with the same names; it refuses special addresses by itself, writes a line for each call, and knows no ports. */
export const smokescreen: Proxy = {
  name: 'smokescreen',
  port: PORT,
  carries: loads,
  prepare: (directory) => {
    const list = join(directory, 'acl.yaml');
    const names = listedNames.map((name) => `    - ${name}\n`).join('');
    writeFileSync(
      list,
      `version: v1\nservices: []\ndefault:\n  project: bench\n  action: enforce\n  allowed_domains:\n${names}`,
    );
    const file = join(directory, 'smokescreen.yaml');
    writeFileSync(file, `ip: 127.0.0.1\nport: ${PORT}\nallow_missing_role: true\n`);
    return [path(), '--config-file', file, '--egress-acl-file', list];
  },
};
