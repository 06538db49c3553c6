import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { runProgram, type Say } from '../../../support/setup.ts';

const PACKAGE = '@microsoft/agent-governance-sdk';

/** The release that is looked at. */
export const AGT_VERSION = '4.0.0';

const home = (): string => join(cacheRoot(), `agt-${AGT_VERSION}`);

/** A rule as the SDK has it. */
export interface AgtRule {
  readonly name: string;
  readonly condition?: string;
  readonly ruleAction: 'allow' | 'deny' | 'require_approval';
  readonly limit?: string;
  readonly approvers?: readonly string[];
  readonly priority: number;
}

/** What the SDK decides. */
export interface AgtDecision {
  readonly action: string;
  readonly matchedRule?: string;
  readonly reason: string;
  readonly rateLimited: boolean;
}

/** The engine of the SDK. */
export interface AgtPolicyEngine {
  loadPolicy(policy: object): void;
  evaluatePolicy(agent: string, context: Readonly<Record<string, unknown>>): AgtDecision;
}

interface AgtSdk {
  readonly PolicyEngine: new () => AgtPolicyEngine;
}

/** Whether it is installed; everything does without it otherwise. */
export const hasAgt = (): boolean => existsSync(join(home(), 'node_modules', PACKAGE));

/** Installs it, in a directory of its own and without its scripts, of which it has none. */
export async function installAgt(say: Say): Promise<void> {
  if (hasAgt()) return;
  say(`installing ${PACKAGE} ${AGT_VERSION}`);
  const unfinished = `${home()}.${process.pid}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const what = `${PACKAGE}@${AGT_VERSION}`;
  await runProgram('npm', ['install', ...quiet, '--prefix', unfinished, what]);
  await rm(home(), { recursive: true, force: true });
  await rename(unfinished, home());
}

/** An engine of the SDK without a policy. */
export function newAgtEngine(): AgtPolicyEngine {
  const sdk = createRequire(join(home(), 'package.json'))(PACKAGE) as AgtSdk;
  return new sdk.PolicyEngine();
}
