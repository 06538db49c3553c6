import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { allow } from 'kars-constructs/contract';
import { Budget } from '../../../../runtime/router/budget/budget.ts';
import { Ledger } from '../../../../runtime/router/budget/ledger.ts';
import { Settlement } from '../../../../runtime/router/budget/settlement.ts';
import { openSidecar } from '../../../support/sidecar.ts';

const budgeted = { budget: { dailyTokens: 10_000 }, rule: 'r' };

async function reserved() {
  const { recorder, closeAudit, audited } = await openSidecar('router');
  const budget = new Budget(undefined, Ledger.open(':memory:'));
  const found = budget.reserve({ input: () => 300, answers: 1, output: 100 }, budgeted);
  if ('code' in found) throw new Error(found.code);
  const { reservation } = found;
  const call = { set: 'a', surface: 'chat', target: 'small', decision: allow('r') };
  const settlement = new Settlement({ budget, recorder, call, reservation });
  const spent = (): number => 10_000 - (budget.left(budgeted.budget).get('day') ?? 0);
  return { settlement, spent, tokens: reservation.tokens, closeAudit, audited };
}

it('a call is settled by the first end alone', async () => {
  const { settlement, spent, audited } = await reserved();
  await settlement.end({ usage: { input: 3, output: 4 }, outcome: 'completed' });
  settlement.abandon('the client went away');
  await settlement.free('never');
  expect(spent()).toBe(7);
  expect(await audited()).toMatchObject([{ surface: 'chat-usage', reason: 'completed' }]);
});

it('a call that was abandoned stays charged, and ends nothing when that cannot be recorded', async () => {
  const { settlement, spent, tokens, closeAudit } = await reserved();
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  await closeAudit();
  settlement.abandon('the client went away');
  await sleep(50);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(spent()).toBe(tokens);
});

it('usage of a part charges no less than what was reserved', async () => {
  const part = await reserved();
  await part.settlement.end({ usage: { input: 1, output: 1 }, outcome: 'cut', isWhole: false });
  expect(part.spent()).toBe(part.tokens);
});
