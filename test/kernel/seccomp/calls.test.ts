import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusedCalls } from './calls.ts';
import { makePlace, routes, runBy, type Place, type Route, type User } from './routes.ts';

const script = readFileSync(new URL('./probe.py', import.meta.url), 'utf8');

type Outcomes = Readonly<Record<string, string>>;

/** What becomes of every call by a route. */
function outcomes(place: Place, route: Route): Outcomes {
  const users: readonly User[] = ['agent', 'root'];
  const parts = users.map((user) => {
    const calls = Object.entries(refusedCalls).filter(
      ([, row]) => row.user === user && !(route === 'free' && row.noControl !== undefined),
    );
    const command = ['/usr/bin/python3', '-c', script, JSON.stringify(Object.fromEntries(calls))];
    const { stdout, stderr } = runBy(route, place, command, user);
    if (stdout === '') throw new Error(`${route}, ${user}: ${stderr}`);
    return JSON.parse(stdout) as Outcomes;
  });
  return Object.assign({}, ...parts) as Outcomes;
}

describe.runIf(process.arch === 'x64')('the filter of system calls (x86_64 alone)', () => {
  const root = mkdtempSync(join(tmpdir(), 'kars-calls-'));
  let seen: Readonly<Record<string, Outcomes>> = {};
  beforeAll(() => {
    const place = makePlace(root);
    seen = Object.fromEntries(routes.map((route) => [route, outcomes(place, route)]));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('has a table of at least 60 calls', () => {
    expect(Object.keys(refusedCalls).length).toBeGreaterThanOrEqual(60);
  });

  it.each(Object.entries(refusedCalls))(
    'refuses %s by the launcher, by runc and by both',
    (name, { refusal, byRunc = [refusal] }) => {
      expect(seen['launcher']?.[name]).toBe(refusal);
      expect(byRunc).toContain(seen['runc']?.[name]);
      expect(byRunc).toContain(seen['pod']?.[name]);
    },
  );

  it.each(Object.entries(refusedCalls).filter(([, { noControl }]) => noControl === undefined))(
    'is what refuses %s: without it another thing happens',
    (name, { refusal }) => {
      expect(seen['free']?.[name]).toBeDefined();
      expect(seen['free']?.[name]).not.toBe(refusal);
    },
  );
});
