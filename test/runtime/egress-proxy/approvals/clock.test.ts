import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApprovalClock } from '../../../../runtime/egress-proxy/approvals/approval-clock.ts';
import { advance, LONGEST_JUMP } from '../../../../runtime/egress-proxy/approvals/clock-mark.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { temporaryDirectory } from '../../../support/documents.ts';

const START = Date.parse('2026-01-31T09:00:00Z');
const MINUTE = 60_000;

/** Clocks that a test sets, and the clock of a process that starts with them. */
function machine() {
  const state = { wall: START, monotonic: 0 };
  const log: string[] = [];
  const directory = join(temporaryDirectory(), 'state');
  mkdirSync(directory);
  const start = async (): Promise<ApprovalClock> => {
    const clock = new ApprovalClock({ wall: () => state.wall, monotonic: () => state.monotonic });
    await clock.read(
      directory,
      createLog('egress-proxy', (line) => log.push(line)),
    );
    return clock;
  };
  const pass = (milliseconds: number): void => {
    state.wall += milliseconds;
    state.monotonic += milliseconds;
  };
  return { state, log, start, pass, file: join(directory, 'clock.json') };
}

describe('the time that approvals go by', () => {
  it('cannot be said before the state directory is in use', () => {
    expect(new ApprovalClock().now()).toMatchObject({ jumped: true });
    expect(new ApprovalClock().now(Date.now())).toMatchObject({ jumped: true });
  });

  it('goes on as the clocks do', async () => {
    const { start, pass } = machine();
    const clock = await start();
    pass(48 * 60 * MINUTE);
    expect(clock.now()).toEqual({ at: START + 48 * 60 * MINUTE, jumped: false });
  });

  it('goes on while the wall clock is set back', async () => {
    const { state, start, pass } = machine();
    const clock = await start();
    pass(60 * MINUTE);
    clock.now();
    state.wall -= 50 * MINUTE;
    pass(MINUTE);
    expect(clock.now()).toEqual({ at: START + 61 * MINUTE, jumped: false });
  });

  it('is no earlier after a restart with a wall clock that was set back', async () => {
    const { state, start, pass } = machine();
    const first = await start();
    pass(60 * MINUTE);
    first.now();
    await first.save();
    state.wall -= 59 * MINUTE;
    const second = await start();
    pass(MINUTE);
    expect(second.now()).toEqual({ at: START + 61 * MINUTE, jumped: false });
  });

  it('follows the wall clock five minutes in all, and not further', async () => {
    const { state, start } = machine();
    const clock = await start();
    for (let jump = 1; jump <= 5; jump += 1) {
      state.wall += MINUTE;
      expect(clock.now()).toEqual({ at: START + jump * MINUTE, jumped: false });
    }
    state.wall += 1;
    expect(clock.now()).toEqual({ at: START + LONGEST_JUMP, jumped: true });
  });

  it('cannot be said after more than five minutes without the process, until an operator says it', async () => {
    const { state, start, pass } = machine();
    await (await start()).save();
    state.wall += 60 * MINUTE;
    const clock = await start();
    expect(clock.now()).toMatchObject({ jumped: true });
    expect(clock.now(state.wall - LONGEST_JUMP - 1)).toMatchObject({ jumped: true });
    expect(clock.now(state.wall + LONGEST_JUMP + 1)).toMatchObject({ jumped: true });
    expect(clock.now(state.wall)).toEqual({ at: START + 60 * MINUTE, jumped: false });
    pass(MINUTE);
    expect(clock.now()).toEqual({ at: START + 61 * MINUTE, jumped: false });
  });

  it('takes no old word for a later jump', async () => {
    const { state, start } = machine();
    const said = START;
    const clock = await start();
    clock.now(said);
    state.wall += 60 * MINUTE;
    expect(clock.now(said)).toMatchObject({ jumped: true });
  });

  it('cannot be said from a file that is none, until an operator says it', async () => {
    const { state, log, start, file } = machine();
    writeFileSync(file, '{"version":1,"at":"soon"}');
    const clock = await start();
    expect(log.join()).toContain('approval-clock-unreadable');
    expect(clock.now()).toMatchObject({ jumped: true });
    await clock.save();
    expect(readFileSync(file, 'utf8')).toContain('soon');
    expect(clock.now(state.wall)).toEqual({ at: START, jumped: false });
    await clock.save();
    expect(readFileSync(file, 'utf8')).toContain('2026-01-31T09:00:00.000Z');
  });

  it('never goes back, and never falls behind the monotonic clock', () => {
    const step = fc.record({ passed: fc.nat(1e7), wall: fc.integer({ min: -1e8, max: 1e8 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let mark = { at: START, followed: 0 };
        for (const { passed, wall } of steps) {
          const next = advance(mark, passed, START + wall).mark;
          expect(next.at).toBeGreaterThanOrEqual(mark.at + passed);
          expect(next.followed).toBeLessThanOrEqual(LONGEST_JUMP);
          mark = next;
        }
        const passed = steps.reduce((sum, each) => sum + each.passed, 0);
        expect(mark.at).toBeLessThanOrEqual(START + passed + LONGEST_JUMP);
      }),
    );
  });
});
