import type { PolicyProfile } from 'kars-constructs/contract';
import { NativeEngine } from '../../../runtime/governance/native-engine.ts';
import type { PolicyDecisionProvider, Verdict } from '../../../runtime/governance/provider.ts';
import { AgtEngine } from '../../runtime/governance/agt/agt-engine.ts';
import { AGT_VERSION, hasAgt } from '../../runtime/governance/agt/agt-package.ts';
import { machineConditions, median, type BenchOptions, type BenchReport } from '../report.ts';

const RULES = 100;
const MOST_PER_RUN = 200_000;
const LEAST_A_SECOND = 200_000;

/** A rule for each of a hundred tools, every tenth of which denies; none has a beginning, which one engine lacks. */
const profile: PolicyProfile = {
  version: '1.0',
  policies: Array.from({ length: RULES }, (_one, index) => ({
    name: `rule-${index}`,
    type: 'capability' as const,
    [index % 10 === 9 ? 'denied_actions' : 'allowed_actions']: [`tool:tool_${index}`],
    priority: index % 7,
  })),
};

/** Actions of every rule, and as many that none is about. */
const actions = Array.from({ length: 2 * RULES }, (_one, index) => `tool:tool_${index}`);

const shellProfile: PolicyProfile = {
  version: '1.0',
  policies: Array.from({ length: RULES }, (_one, index) => ({
    name: `rule-${index}`,
    type: 'capability' as const,
    allowed_actions: [`shell:program-${index}`],
  })),
};

const lines = Array.from(
  { length: RULES },
  (_one, index) => `shell:program-${index} -l "a b" | cat`,
);

/** How many decisions there are in a second, with a hundred rules. */
export function benchPolicy(
  progress: (text: string) => void,
  { quick, runs }: BenchOptions,
): BenchReport {
  const native = new NativeEngine({ profiles: [profile] });
  const shell = new NativeEngine({ profiles: [shellProfile] });
  const engines: [string, PolicyDecisionProvider, readonly string[]][] = [
    ['native, tools', native, actions],
    ['native, lines for a shell', shell, lines],
  ];
  if (hasAgt()) {
    engines.push([`agt ${AGT_VERSION}, tools`, new AgtEngine({ profiles: [profile] }), actions]);
  }
  const rates = engines.map(([name, engine, asked]) => {
    const measured = Array.from({ length: quick ? 1 : runs }, () =>
      decisionsOf(engine, asked, quick ? 1000 : MOST_PER_RUN),
    );
    progress(`asked ${name} ${measured.length} times`);
    return median(measured);
  });
  const [first = Number.NaN] = rates;
  return {
    conditions: { ...machineConditions(), rules: String(RULES) },
    results: engines.map(([name], index) => ({
      engine: name,
      'decisions a second': Math.round(rates[index] ?? Number.NaN),
    })),
    goals: [
      {
        name: 'decisions of the native engine a second',
        goal: `at least ${LEAST_A_SECOND}`,
        measured: String(Math.round(first)),
        met: first >= LEAST_A_SECOND,
      },
    ],
  };
}

/** Decisions a second, over a second at most. */
function decisionsOf(
  engine: PolicyDecisionProvider,
  asked: readonly string[],
  most: number,
): number {
  const kinds: (Verdict['kind'] | undefined)[] = [];
  const started = performance.now();
  let count = 0;
  while (count < most && performance.now() - started < 1000) {
    for (const action of asked) {
      const verdict = engine.decide({ principal: 'reader', action });
      if (verdict instanceof Promise) throw new Error('the engine decides later');
      kinds[0] = verdict.kind;
    }
    count += asked.length;
  }
  return (count * 1000) / (performance.now() - started);
}
