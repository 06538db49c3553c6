import type { InferencePolicyPayload } from 'kars-constructs/contract';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Circuit, Circuits, type Entry } from '../../../../runtime/router/failover/circuit.ts';
import { circuitsInForce } from '../../../../runtime/router/failover/circuit-status.ts';
import { measureCircuits } from '../../../../runtime/router/failover/metrics.ts';

const at = (): { circuit: Circuit; pass: (milliseconds: number) => void } => {
  let time = 0;
  return {
    circuit: new Circuit(() => time),
    pass: (milliseconds) => {
      time += milliseconds;
    },
  };
};

const failing = (circuit: Circuit, times: number): void => {
  for (let count = 0; count < times; count += 1) circuit.enter()?.failed();
};

/** Whether calls may go to the target, one after another, of which none ends. */
const entered = (circuit: Circuit, times = 1): boolean[] =>
  Array.from({ length: times }, () => circuit.enter() !== undefined);

describe('a circuit', () => {
  it('stays closed below three failures in a row', () => {
    const { circuit } = at();
    failing(circuit, 2);
    circuit.enter()?.succeeded();
    failing(circuit, 2);
    expect(entered(circuit)).toEqual([true]);
  });

  it('lets nothing through for 30 seconds after three, then one probe', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    expect(entered(circuit)).toEqual([false]);
    pass(29_999);
    expect(entered(circuit)).toEqual([false]);
    pass(1);
    expect(entered(circuit, 3)).toEqual([true, false, false]);
  });

  it('is closed by a probe that succeeds', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    pass(30_000);
    circuit.enter()?.succeeded();
    expect(entered(circuit, 2)).toEqual([true, true]);
  });

  it('pauses twice as long after each probe that fails, and five minutes at most', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    for (const pause of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
      pass(pause - 1);
      expect(entered(circuit)).toEqual([false]);
      pass(1);
      const probe = circuit.enter();
      expect(probe).toBeDefined();
      probe?.failed();
    }
  });

  it('lets the next call probe where nobody waited for the last one', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    pass(30_000);
    circuit.enter()?.abandoned();
    expect(entered(circuit)).toEqual([true]);
  });

  it('pauses at once for as long as the provider says, and no longer than five minutes', () => {
    const { circuit, pass } = at();
    circuit.enter()?.failed(7000);
    pass(6999);
    expect(entered(circuit)).toEqual([false]);
    pass(1);
    circuit.enter()?.failed(86_400_000);
    pass(299_999);
    expect(entered(circuit)).toEqual([false]);
    pass(1);
    expect(entered(circuit)).toEqual([true]);
  });
});

describe('calls that are under way together', () => {
  const burst = (circuit: Circuit): Entry[] => Array.from({ length: 8 }, () => circuit.force());

  it('pause a target once when they fail, however many they are', () => {
    const { circuit, pass } = at();
    for (const entry of burst(circuit)) entry.failed();
    pass(30_000);
    expect(entered(circuit)).toEqual([true]);
  });

  it('say nothing about it after a pause that began later than they did', () => {
    const { circuit, pass } = at();
    const entries = burst(circuit);
    failing(circuit, 3);
    entries.pop()?.succeeded();
    expect(circuit.state).toBe('open');
    pass(30_000);
    circuit.enter()?.succeeded();
    for (const entry of entries) entry.failed(60_000);
    expect(entered(circuit)).toEqual([true]);
  });

  it('lengthen a pause to what the provider asks for, without a next step', () => {
    const { circuit, pass } = at();
    const [late] = burst(circuit);
    failing(circuit, 3);
    late?.failed(45_000);
    pass(44_999);
    expect(entered(circuit)).toEqual([false]);
    pass(1);
    circuit.enter()?.failed();
    pass(60_000);
    expect(entered(circuit)).toEqual([true]);
  });

  it('do not free the probe of another when one of them is forced', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    const forced = [circuit.force(), circuit.force()];
    pass(30_000);
    expect(entered(circuit)).toEqual([true]);
    forced[0]?.abandoned();
    forced[1]?.failed();
    expect(entered(circuit)).toEqual([false]);
  });

  it('close the circuit when one that was forced succeeds', () => {
    const { circuit } = at();
    failing(circuit, 3);
    circuit.force().succeeded();
    expect(entered(circuit, 2)).toEqual([true, true]);
  });

  it('end once each', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    pass(30_000);
    const probe = circuit.enter();
    probe?.abandoned();
    expect(entered(circuit)).toEqual([true]);
    probe?.abandoned();
    probe?.succeeded();
    expect(entered(circuit)).toEqual([false]);
  });
});

describe('the circuits of all targets', () => {
  const target = (endpoint: string, deployment: string, name = 'local', path = '/a') => ({
    provider: { name, endpoint },
    deployment,
    exchange: { path },
  });

  const policy: InferencePolicyPayload = {
    models: [
      {
        provider: 'local',
        deployment: 'small',
        fallbacks: [{ provider: 'local', deployment: 'medium' }],
      },
      { provider: 'local', deployment: 'large' },
    ],
    providers: [{ name: 'local', endpoint: 'https://a.example', credential: 'none' }],
    maxTokensPerRequest: null,
  };

  it('tell providers, endpoints, models and paths apart', () => {
    const circuits = new Circuits(() => 0);
    failing(circuits.of(target('https://a.example', 'small')), 3);
    const others = [
      target('https://a.example', 'small'),
      target('https://a.example', 'large'),
      target('https://b.example', 'small'),
      target('https://a.example', 'small', 'with-another-key'),
      target('https://a.example', 'small', 'local', '/b'),
    ];
    expect(others.flatMap((other) => entered(circuits.of(other)))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('are bounded', () => {
    const circuits = new Circuits(() => 0);
    failing(circuits.of(target('https://a.example', 'first')), 3);
    for (let count = 0; count < 1024; count += 1)
      circuits.of(target('https://a.example', `${count}`));
    expect(entered(circuits.of(target('https://a.example', 'first')))).toEqual([true]);
  });

  it('are told of while the policy in force names their target', () => {
    const circuits = new Circuits(() => 0);
    const named = [
      target('https://a.example', 'medium'),
      target('https://a.example', 'large'),
      target('https://earlier.example', 'small'),
      target('https://a.example', 'earlier'),
    ];
    for (const one of named) failing(circuits.of(one), 3);
    const told = circuitsInForce(circuits.watched(), policy);
    expect(told.map(({ model }) => model)).toEqual(['medium', 'large']);
    expect(circuitsInForce(circuits.watched(), undefined)).toEqual([]);
  });

  it('say which targets are left alone, and metrics with them', async () => {
    let time = 0;
    const circuits = new Circuits(() => time);
    const registry = new Registry();
    const all = () => circuitsInForce(circuits.watched(), policy);
    measureCircuits(registry, all);
    const [small, large] = ['small', 'large'].map((name) =>
      circuits.of(target('https://a.example', name)),
    );
    if (small === undefined || large === undefined) throw new Error('there is no circuit');
    failing(small, 3);
    failing(large, 2);
    const lines = async (): Promise<string[]> =>
      (await registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line));
    expect(await lines()).toEqual(['kars_circuit_open{provider="local",model="small"} 1']);
    const states = () =>
      all().map(({ model, state, until }) => [model, state, until !== undefined]);
    expect(states()).toEqual([
      ['small', 'open', true],
      ['large', 'closed', false],
    ]);
    time = 30_000;
    expect(states()[0]).toEqual(['small', 'half-open', false]);
    const probe = small.enter();
    expect(await lines()).toHaveLength(1);
    probe?.succeeded();
    expect(await lines()).toEqual([]);
  });
});
