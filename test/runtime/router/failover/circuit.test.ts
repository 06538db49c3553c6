import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Circuit, Circuits } from '../../../../runtime/router/failover/circuit.ts';
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
  for (let count = 0; count < times; count += 1) circuit.failed();
};

describe('a circuit', () => {
  it('stays closed below three failures in a row', () => {
    const { circuit } = at();
    failing(circuit, 2);
    expect(circuit.enter()).toBe(true);
    circuit.succeeded();
    failing(circuit, 2);
    expect(circuit.enter()).toBe(true);
  });

  it('lets nothing through for 30 seconds after three, then one probe', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    expect(circuit.enter()).toBe(false);
    pass(29_999);
    expect(circuit.enter()).toBe(false);
    pass(1);
    expect([circuit.enter(), circuit.enter(), circuit.enter()]).toEqual([true, false, false]);
  });

  it('is closed by a probe that succeeds', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    pass(30_000);
    circuit.enter();
    circuit.succeeded();
    expect([circuit.enter(), circuit.enter()]).toEqual([true, true]);
  });

  it('pauses twice as long after each probe that fails, and five minutes at most', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    for (const pause of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
      pass(pause - 1);
      expect(circuit.enter()).toBe(false);
      pass(1);
      expect(circuit.enter()).toBe(true);
      circuit.failed();
    }
  });

  it('lets the next call probe where nobody waited for the last one', () => {
    const { circuit, pass } = at();
    failing(circuit, 3);
    pass(30_000);
    circuit.enter();
    circuit.abandoned();
    expect(circuit.enter()).toBe(true);
  });

  it('pauses at once for as long as the provider says, and no longer than five minutes', () => {
    const { circuit, pass } = at();
    circuit.failed(7000);
    pass(6999);
    expect(circuit.enter()).toBe(false);
    pass(1);
    expect(circuit.enter()).toBe(true);
    circuit.failed(86_400_000);
    pass(299_999);
    expect(circuit.enter()).toBe(false);
    pass(1);
    expect(circuit.enter()).toBe(true);
  });
});

describe('the circuits of all targets', () => {
  const target = (endpoint: string, deployment: string) => ({
    provider: { name: 'local', endpoint },
    deployment,
  });

  it('tell endpoints and models apart', () => {
    const circuits = new Circuits(() => 0);
    failing(circuits.of(target('https://a.example', 'small')), 3);
    expect(circuits.of(target('https://a.example', 'small')).enter()).toBe(false);
    expect(circuits.of(target('https://a.example', 'large')).enter()).toBe(true);
    expect(circuits.of(target('https://b.example', 'small')).enter()).toBe(true);
  });

  it('are bounded', () => {
    const circuits = new Circuits(() => 0);
    failing(circuits.of(target('https://a.example', 'first')), 3);
    for (let count = 0; count < 1024; count += 1)
      circuits.of(target('https://a.example', `${count}`));
    expect(circuits.of(target('https://a.example', 'first')).enter()).toBe(true);
  });

  it('say which targets are left alone, and metrics with them', async () => {
    let time = 0;
    const circuits = new Circuits(() => time);
    const registry = new Registry();
    measureCircuits(registry, () => circuits.open());
    const [small, large] = ['small', 'large'].map((name) =>
      circuits.of(target('https://a.example', name)),
    );
    if (small === undefined || large === undefined) throw new Error('there is no circuit');
    failing(small, 3);
    failing(large, 2);
    const lines = async (): Promise<string[]> =>
      (await registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line));
    expect(await lines()).toEqual(['kars_circuit_open{provider="local",model="small"} 1']);
    time = 30_000;
    small.enter();
    expect(await lines()).toHaveLength(1);
    small.succeeded();
    expect(await lines()).toEqual([]);
  });
});
