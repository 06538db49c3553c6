import { beforeAll, describe, expect, it } from 'vitest';
import {
  networkAttacks,
  runNetworkAttacks,
  type NetworkOutcomes,
  type Outcomes,
} from '../../attacks/under-orders/run-network.ts';
import { useNode } from '../node/use-node.ts';

describe('attacks on the network', () => {
  const node = useNode();
  let found: NetworkOutcomes = { governed: {}, allowed: '', control: {} };

  beforeAll(async () => {
    found = await runNetworkAttacks(node);
  }, 240_000);

  const succeeds = (outcomes: Outcomes): string[] =>
    networkAttacks.filter(({ id, succeeded }) => succeeded.test(outcomes[id] ?? '')).map(({ id }) => id); // prettier-ignore

  it('are at least 25, each with a name of its own', () => {
    expect(new Set(networkAttacks.map(({ id }) => id)).size).toBe(networkAttacks.length);
    expect(networkAttacks.length).toBeGreaterThanOrEqual(25);
  });

  it('leave what policy allows', () => {
    expect(found.allowed).toContain('reached');
  });

  it('are all stopped', () => {
    expect(Object.keys(found.governed)).toHaveLength(networkAttacks.length);
    expect(succeeds(found.governed)).toEqual([]);
  });

  it('succeed without the layers that stop them (negative control)', () => {
    const stopped = networkAttacks.filter(({ id, succeeded }) => !succeeded.test(found.control[id] ?? '')); // prettier-ignore
    expect(stopped.map(({ id }) => [id, found.control[id]])).toEqual([]);
  });
});
