import type { PolicyProfile } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { NativeEngine } from '../../../runtime/governance/native-engine.ts';
import { failClosed } from '../../../runtime/governance/provider.ts';
import { RateWindows } from '../../../runtime/governance/rate-windows.ts';
import { conformance, profileOf } from './conformance.ts';

const principal = 'reader';

describe('the native engine', () => {
  it.each(conformance)('$what', ({ rules, asks }) => {
    const engine = new NativeEngine({ profiles: [profileOf(rules)] });
    expect(asks.map(([action]) => [action, engine.decide({ principal, action }).kind])).toEqual(
      asks,
    );
  });

  it('names the rule that has decided', () => {
    const policies: PolicyProfile['policies'] = [
      { name: 'tools', type: 'capability', allowed_actions: ['tool:search'] },
    ];
    const engine = new NativeEngine({ profiles: [{ version: '1.0', agent: 'base', policies }] });
    expect(engine.decide({ principal, action: 'tool:search' }).rule).toBe('base: tools');
    expect(engine.decide({ principal, action: 'tool:x' })).toEqual({
      kind: 'deny',
      rule: 'default of the policy',
      reason: 'no rule of the policy allows the action',
    });
  });

  it('merges profiles, whose rules stand in one order', () => {
    const all = profileOf([{ name: 'all', type: 'capability', allowed_actions: ['*'] }]);
    const none = profileOf([
      { name: 'none', type: 'capability', denied_actions: ['tool:x'], priority: 1 },
    ]);
    for (const profiles of [
      [all, none],
      [none, all],
    ]) {
      const engine = new NativeEngine({ profiles });
      expect(engine.decide({ principal, action: 'tool:x' }).kind).toBe('deny');
      expect(engine.decide({ principal, action: 'tool:y' }).kind).toBe('allow');
    }
  });

  it('counts no trial, and goes on counting under the next policy', () => {
    let now = 0;
    const windows = new RateWindows(() => now);
    const make = (calls = 2) =>
      new NativeEngine({
        profiles: [
          profileOf([
            { name: 'all', type: 'capability', allowed_actions: ['*'] },
            { name: 'rate', type: 'rate_limit', max_calls: calls, window: '10s' },
          ]),
        ],
        windows,
      });
    const action = 'tool:x';
    for (let count = 0; count < 5; count += 1) {
      expect(make().decide({ principal, action, isTrial: true }).kind).toBe('allow');
    }
    expect(make().decide({ principal, action }).kind).toBe('allow');
    now = 6;
    expect(make().decide({ principal, action }).kind).toBe('allow');
    expect(make().decide({ principal, action })).toMatchObject({ retryAfter: 4 });
    now = 10;
    expect(make().decide({ principal, action }).kind).toBe('allow');
    expect(make().decide({ principal, action })).toMatchObject({ retryAfter: 6 });
    expect(make(3).decide({ principal, action }).kind).toBe('allow');
  });
});

describe('an engine that is down', () => {
  const question = { principal, action: 'tool:x' };
  const allowing = { kind: 'allow', rule: 'all' } as const;

  it.each<[string, () => Promise<typeof allowing>]>([
    ['throws', () => { throw new Error('down'); }], // prettier-ignore
    ['fails', () => Promise.reject(new Error('down'))],
    ['does not answer', () => new Promise(() => undefined)],
  ])('denies when it %s', async (_what, decide) => {
    const provider = failClosed({ name: 'remote', decide }, 20);
    expect(await provider.decide(question)).toMatchObject({
      kind: 'deny',
      rule: 'policy engine remote',
    });
  });

  it('allows when it is up', async () => {
    const provider = failClosed({ name: 'remote', decide: () => Promise.resolve(allowing) });
    expect(await provider.decide(question)).toEqual(allowing);
  });
});
