import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardDocumentOf } from '../../../lib/sandbox/guard/guard-document.ts';
import { rules } from './table.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.close();
});

const document = guardDocumentOf(rules);

const inForce = (): string => {
  const texts = ['iptables', 'ip6tables'].flatMap((program) =>
    ['filter', 'mangle', 'nat'].map((table) =>
      world.exec(world.pod, `${program}-legacy-save`, '-t', table),
    ),
  );
  return texts
    .join('')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/ \[\d+:\d+\]$/gm, '');
};

const wanted = [document.iptables.ipv4, document.iptables.ipv6]
  .map(({ filter, mangle, nat }) => filter + mangle + nat)
  .join('');

describe('the egress guard with legacy iptables', () => {
  it('changes nothing when it runs again', () => {
    for (const run of ['first', 'second']) {
      expect(world.runGuard(document, 'legacy').code, run).toBe(0);
      expect(inForce()).toBe(wanted);
    }
  });

  it('goes on where a run was stopped between two tables', () => {
    world.runGuard(document, 'legacy');
    for (const command of ['-P POSTROUTING ACCEPT', '-F']) {
      world.exec(world.pod, 'iptables-legacy', '-t', 'mangle', ...command.split(' '));
    }
    world.exec(world.pod, 'ip6tables-legacy', '-t', 'nat', '-F');
    expect(world.runGuard(document, 'legacy').code).toBe(0);
    expect(inForce()).toBe(wanted);
  });

  it.each([
    ['iptables', 'nat', 'PREROUTING'],
    ['ip6tables', 'filter', 'INPUT'],
    ['iptables', 'raw', 'OUTPUT'],
  ])('refuses a foreign rule of %s in %s', (program, table, chain) => {
    const rule = ['-t', table, '-A', chain, '-j', 'ACCEPT'];
    world.exec(world.pod, `${program}-legacy`, ...rule);
    expect(world.runGuard(document, 'legacy').records.at(-1)).toMatchObject({
      code: 'KARS_GUARD_FOREIGN_RULES',
    });
  });

  it('says that IPv6 was removed where there is no ip6tables, and leaves none', () => {
    const { records } = world.runGuard(document, 'legacy without ip6tables');
    expect(records.map(({ event }) => event)).toEqual(['ipv6-removed', 'rules-in-force']);
    expect(world.exec(world.pod, 'ip', '-6', 'address')).toBe('');
    expect(world.runGuard(document, 'legacy without ip6tables').code).toBe(0);
  });
});
