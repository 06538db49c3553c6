import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TokenBudget } from 'kars-constructs/contract';
import { Budget, type Reservation } from '../../../../runtime/router/budget/budget.ts';
import { Ledger } from '../../../../runtime/router/budget/ledger.ts';
import { windowsAt } from '../../../../runtime/router/budget/windows.ts';
import { exchangeOn } from '../../../../runtime/router/exchange.ts';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import type { ChatRequest } from '../../../../runtime/router/surfaces/chat/chat-request.ts';
import { AuditLog } from '../../../../runtime/audit/audit-log.ts';
import { deniedModel } from '../../../support/audit.ts';
import { temporaryDirectory } from '../../../support/documents.ts';

const rule = 'InferencePolicy agents/models tokenBudget';

const request = (max_tokens?: number, content: unknown = 'hi'): ChatRequest => ({
  messages: [{ role: 'user', content }],
  ...(max_tokens === undefined ? {} : { max_tokens }),
});

const provider = {
  name: 'local',
  endpoint: 'https://models.example.com/v1',
  credential: 'none',
} as const;

const call = (body: ChatRequest) =>
  exchangeOn(chat, { request: body, acts: new Set() }, provider).demand;

/** What a request with such a limit of output reserves. */
const tokensOf = (max_tokens: number): number =>
  (chat.inputBound(request(max_tokens)) ?? 0) + max_tokens;

/** A budget with a clock that the test sets. */
function started(start = '2026-01-31T09:30:00Z') {
  const clock = { now: new Date(start) };
  const budget = new Budget(() => clock.now, Ledger.open(':memory:'));
  onTestFinished(() => budget.close());
  const outcome = (limits: TokenBudget, body = request(100)): number | string => {
    const reserved = budget.reserve(call(body), { budget: limits, rule });
    return 'code' in reserved ? reserved.code : reserved.reservation.tokens;
  };
  return { budget, clock, outcome };
}

describe('the bound of an input', () => {
  it('is no less than what a template writes of tools, in lines and in ASCII', () => {
    const parameters = {
      type: 'object',
      properties: { a: { enum: [[[['ä'.repeat(1000), '👋']]]] } },
    };
    const tools = [{ type: 'function', function: { name: 'f', parameters } }];
    const written = JSON.stringify(tools, null, 4).replaceAll(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    expect(chat.inputBound({ ...request(), tools })).toBeGreaterThan(written.length);
  });
});

describe('a budget', () => {
  const one = tokensOf(100);

  it.each(['hourlyTokens', 'dailyTokens', 'monthlyTokens'] as const)(
    'is spent by what is reserved, in %s',
    (field) => {
      const { outcome } = started();
      const limits = { [field]: 2 * one };
      expect([outcome(limits), outcome(limits), outcome(limits)]).toEqual([
        one,
        one,
        'KARS_BUDGET_SPENT',
      ]);
    },
  );

  it('says which window is spent, and when it ends', () => {
    const { budget } = started();
    expect(budget.reserve(call(request()), { budget: { dailyTokens: 10 }, rule })).toMatchObject({
      code: 'KARS_BUDGET_SPENT',
      rule,
      reason: expect.stringMatching(
        /^the day 2026-01-31 \(UTC\) has 10 of 10 tokens left, .*; it ends at 2026-02-01T00:00:00.000Z$/,
      ) as string,
    });
  });

  it('begins anew with the next window, and does not go back to an earlier one', () => {
    const { clock, outcome } = started();
    const limits = { hourlyTokens: one };
    expect(outcome(limits)).toBe(one);
    clock.now = new Date('2026-01-31T10:00:00Z');
    expect(outcome(limits)).toBe(one);
    clock.now = new Date('2026-01-31T09:59:59Z');
    expect(outcome(limits)).toBe('KARS_BUDGET_SPENT');
  });

  it('leaves a call no more output than is left', () => {
    const { budget } = started();
    const limits = { budget: { dailyTokens: one + tokensOf(10) }, rule };
    budget.reserve(call(request(100)), limits);
    expect(budget.reserve(call(request(100)), limits)).toMatchObject({
      output: { each: 9 },
      left: 0,
    });
  });

  it('counts every answer of a request', () => {
    const { outcome } = started();
    const body = { ...request(100), n: 3 };
    expect(outcome({ dailyTokens: 10_000 }, body)).toBe((chat.inputBound(body) ?? 0) + 300);
  });

  it('gives back what was not used, and charges what was used besides', () => {
    const { budget } = started();
    const limits = { dailyTokens: 10_000 };
    const reserve = (): Reservation => {
      const reserved = budget.reserve(call(request(100)), { budget: limits, rule });
      if ('code' in reserved) throw new Error(reserved.code);
      return reserved.reservation;
    };
    budget.settle(reserve(), 18);
    expect(budget.left(limits)).toEqual(new Map([['day', 9982]]));
    budget.settle(reserve(), 5000);
    expect(budget.left(limits).get('day')).toBe(4982);
    budget.settle(reserve(), 50_000);
    expect(budget.left(limits).get('day')).toBe(0);
  });

  it.each([
    ['an image', [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }]],
    ['audio', [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }]],
    ['a file', [{ type: 'file', file: { file_data: 'AA' } }]],
    ['thinking that is sealed', [{ type: 'thinking', thinking: 'a', signature: 'AA' }]],
  ])('refuses %s, whose tokens nobody can bound', (_what, content) => {
    const { outcome } = started();
    expect(outcome({ dailyTokens: 10 ** 9 }, request(1, content))).toBe('KARS_BUDGET_UNBOUNDED');
    expect(outcome({}, request(1, content))).toBe(0);
  });

  it('charges input that nobody can count as the policy says', () => {
    const image = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }];
    const { budget } = started();
    const inForce = { rule, budget: { dailyTokens: 100, uncountedInputTokens: 60 } };
    const reserved = budget.reserve(call(request(1, image)), inForce);
    expect(reserved).toMatchObject({ reservation: { tokens: 61 }, left: 39 });
    const refused = budget.reserve(call(request(1, image)), inForce);
    expect(refused).toMatchObject({ code: 'KARS_BUDGET_SPENT' });
    if ('code' in reserved) throw new Error('the first is refused');
    budget.settle(reserved.reservation, 140);
    expect(budget.left(inForce.budget).get('day')).toBe(0);
  });

  it('refuses reasoning that only the provider can read', () => {
    const sealed = { role: 'assistant', reasoning_details: [{ type: 'reasoning.encrypted' }] };
    const body = { messages: [...request().messages, sealed] };
    expect(started().outcome({ dailyTokens: 10 ** 9 }, body)).toBe('KARS_BUDGET_UNBOUNDED');
  });

  it('leaves a call charged that cannot be settled', () => {
    const ledger = Ledger.open(':memory:');
    const budget = new Budget(undefined, ledger);
    const reserved = budget.reserve(call(request(100)), { budget: undefined, rule });
    if ('code' in reserved) throw new Error(reserved.code);
    ledger.close();
    budget.settle(reserved.reservation, 0);
    expect(budget.reserve(call(request(1)), { budget: undefined, rule })).toMatchObject({
      code: 'KARS_BUDGET_UNAVAILABLE',
    });
  });

  it('denies while nothing can be charged', () => {
    const budget = new Budget();
    expect(budget.reserve(call(request(1)), { budget: undefined, rule })).toMatchObject({
      code: 'KARS_BUDGET_UNAVAILABLE',
    });
  });

  it('is never passed, however calls and their ends mix over the edges of windows', () => {
    const step = fc.oneof(
      fc.record({ reserve: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ settle: fc.nat(), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ minutes: fc.integer({ min: 1, max: 90 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(3000), (steps, limit) => {
        const { budget, clock } = started();
        const limits = { hourlyTokens: limit + 1, dailyTokens: 3 * limit + 1 };
        const open: Reservation[] = [];
        const spent = new Map<string, number>();
        const add = ({ windows }: Reservation, tokens: number): void => {
          for (const { id } of windows) spent.set(id, (spent.get(id) ?? 0) + tokens);
        };
        for (const taken of steps) {
          if ('minutes' in taken)
            clock.now = new Date(clock.now.getTime() + taken.minutes * 60_000);
          else if ('reserve' in taken) {
            const reserved = budget.reserve(call(request(taken.reserve)), { budget: limits, rule });
            if ('code' in reserved) continue;
            open.push(reserved.reservation);
            add(reserved.reservation, reserved.reservation.tokens);
          } else {
            const [reservation] = open.splice(taken.settle % Math.max(1, open.length), 1);
            if (reservation === undefined) continue;
            const used = Math.floor(reservation.tokens * taken.part);
            budget.settle(reservation, used);
            add(reservation, used - reservation.tokens);
          }
        }
        for (const [id, tokens] of spent) {
          if (id.startsWith('hour')) expect(tokens).toBeLessThanOrEqual(limits.hourlyTokens);
          if (id.startsWith('day')) expect(tokens).toBeLessThanOrEqual(limits.dailyTokens);
        }
        const now = windowsAt(clock.now);
        const left = budget.left(limits);
        for (const { kind, id } of now) {
          const most = { hour: limits.hourlyTokens, day: limits.dailyTokens, month: 0 }[kind];
          if (kind !== 'month') expect(left.get(kind)).toBe(most - (spent.get(id) ?? 0));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('what a call gives back', () => {
  const windows = windowsAt(new Date('2026-01-31T09:30:00Z'));
  const [hour] = windows;
  const opened = (file: string): Ledger => {
    const ledger = Ledger.open(file);
    onTestFinished(() => ledger.close());
    return ledger;
  };

  it('is there at once, and in the file a little later or with the next charge', async () => {
    const file = join(temporaryDirectory(), 'budget.sqlite');
    const ledger = opened(file);
    const inFile = (): number => Number(hour && opened(file).charged(hour));
    ledger.charge(windows, 100);
    ledger.giveBack(windows, 30);
    ledger.giveBack(windows, 10);
    expect([Number(hour && ledger.charged(hour)), inFile()]).toEqual([60, 100]);
    await expect.poll(inFile).toBe(60);
    ledger.giveBack(windows, 20);
    ledger.charge(windows, 5);
    expect(inFile()).toBe(45);
  });

  it('is given back to the window that it was taken from', () => {
    const { ledger, next } = { ledger: opened(':memory:'), next: windowsAt(new Date('2026-01-31T10:00:00Z')) }; // prettier-ignore
    ledger.charge(windows, 100);
    ledger.giveBack(windows, 30);
    ledger.charge(next, 7);
    const charged = [...windows, ...next].map((window) => [window.id, ledger.charged(window)]);
    expect(Object.fromEntries(charged)).toEqual({
      'hour 2026-01-31T09': 70,
      'hour 2026-01-31T10': 7,
      'day 2026-01-31': 77,
      'month 2026-01': 77,
    });
  });
});

describe('what was charged', () => {
  it('is there after a restart, what was reserved and not settled too', async () => {
    const directory = temporaryDirectory();
    const now = (): Date => new Date('2026-01-31T09:30:00Z');
    for (const left of [10_000 - tokensOf(100), 10_000 - 2 * tokensOf(100)]) {
      const budget = new Budget(now);
      await budget.read(directory);
      budget.reserve(call(request(100)), { budget: { dailyTokens: 10_000 }, rule });
      expect(budget.left({ dailyTokens: 10_000 }).get('day')).toBe(left);
      budget.close();
    }
  });

  it('is not made anew in silence where an audit log says that there was some', async () => {
    const directory = temporaryDirectory();
    const log = await AuditLog.open(directory);
    await log.append(deniedModel);
    await log.close();
    const budget = new Budget();
    await expect(budget.read(directory)).rejects.toMatchObject({ code: 'KARS_BUDGET_BROKEN' });
    expect(readdirSync(directory)).toEqual(['audit.jsonl']);
    rmSync(join(directory, 'audit.jsonl'));
    await budget.read(directory);
    budget.close();
  });

  it.each<[string, (file: string) => void]>([
    ['damaged', (file) => writeFileSync(file, 'no database at all, and long enough to be read')],
    [
      'damaged inside',
      (file) => {
        const ledger = Ledger.open(file);
        for (let day = 0; day < 400; day += 1) {
          ledger.charge(windowsAt(new Date(Date.UTC(2026, 0, day))), 1);
        }
        ledger.close();
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0xff, 3 * 4096, 4 * 4096));
      },
    ],
    [
      'of a later release',
      (file) => {
        const database = new DatabaseSync(file);
        database.exec('PRAGMA user_version = 2');
        database.close();
      },
    ],
  ])('is left as it is and denies when it is %s', async (_what, spoil) => {
    const directory = temporaryDirectory();
    const file = join(directory, 'budget.sqlite');
    spoil(file);
    const budget = new Budget();
    await expect(budget.read(directory)).rejects.toMatchObject({ code: 'KARS_BUDGET_BROKEN' });
    expect(budget.reserve(call(request(1)), { budget: undefined, rule })).toHaveProperty('code');
    await expect(budget.read(directory)).rejects.toThrow('move it away');
  });
});
