import { describe, expect, it } from 'vitest';
import { conformance, profileOf } from '../conformance.ts';
import { agtCannot } from './agt-cannot.ts';
import { AgtEngine, Inexpressible } from './agt-engine.ts';
import { hasAgt } from './agt-package.ts';

const principal = 'reader';

it('everything that the toolkit cannot is a case', () => {
  const cases = conformance.map(({ what }) => what);
  expect([...agtCannot.keys()].filter((what) => !cases.includes(what))).toEqual([]);
});

const missing = hasAgt() ? '' : ' (not installed; npm run setup:kernel does so)';

describe.skipIf(missing !== '')(`the engine of the agent governance toolkit${missing}`, () => {
  const complies = ({ rules, asks }: (typeof conformance)[number]): boolean => {
    try {
      const engine = new AgtEngine({ profiles: [profileOf(rules)] });
      return asks.every(([action, kind]) => engine.decide({ principal, action }).kind === kind);
    } catch (error) {
      if (error instanceof Inexpressible) return false;
      throw error;
    }
  };

  it.each(conformance)('$what, or is known not to', (one) => {
    expect(complies(one)).toBe(!agtCannot.has(one.what));
  });

  it('counts trials too', () => {
    const engine = new AgtEngine({
      profiles: [profileOf([{ name: 'rate', type: 'rate_limit', max_calls: 1, window: '1h' }])],
    });
    const question = { principal, action: 'tool:x', isTrial: true };
    expect(engine.decide(question).kind).toBe('allow');
    expect(engine.decide(question).kind).toBe('rate_limited');
  });
});
