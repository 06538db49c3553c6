import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { allow, deny, type AuditEntry } from 'kars-constructs/contract';
import { DecisionRecorder } from '../../../runtime/service/decision-recorder.ts';
import { createLog } from '../../../runtime/service/log.ts';
import { createMetrics } from '../../../runtime/service/metrics.ts';
import { RepeatedDenials } from '../../../runtime/service/repeated-denials.ts';

const denial = deny('KARS_EGRESS_NOT_ALLOWED', 'EgressAllowlist', 'no entry');
const denied = (target: string, decision = denial) => ({
  set: 'a',
  surface: 'connect',
  target,
  decision,
});

type Entry = Omit<AuditEntry, 'time'>;

/** A recorder whose log is in memory, and fails as long as `full` says so. */
function startRecorder({ most = 1000, windowMilliseconds = 60_000 } = {}) {
  const state = { full: false };
  const entries: Entry[] = [];
  const logged: string[] = [];
  const metrics = createMetrics();
  const recorder = new DecisionRecorder({
    sandbox: 'reader',
    process: 'egress-proxy',
    audit: {
      append: (entry) => {
        if (state.full) return Promise.reject(new Error('no space'));
        entries.push(entry);
        return Promise.resolve();
      },
    },
    log: createLog('egress-proxy', (line) => logged.push(line)),
    metrics,
    windowMilliseconds,
    repeated: new RepeatedDenials(most),
  });
  onTestFinished(() => {
    state.full = false;
    return recorder.close();
  });
  const counted = (): [string, number][] =>
    entries.map(({ target, repeats }) => [target, repeats?.count ?? 1]);
  return { recorder, state, entries, logged, metrics, counted };
}

describe('denials of a kind', () => {
  it('have one record, and one more with their number when the window ends', async () => {
    const { recorder, entries, logged, metrics } = startRecorder();
    for (let call = 0; call < 10_000; call += 1) await recorder.decided(denied('evil.example:443'));
    expect(entries).toHaveLength(1);
    await recorder.endWindow();
    expect(entries).toMatchObject([
      { target: 'evil.example:443', decision: 'deny', code: 'KARS_EGRESS_NOT_ALLOWED' },
      {
        target: 'evil.example:443',
        decision: 'deny',
        code: 'KARS_EGRESS_NOT_ALLOWED',
        repeats: { count: 9999 },
      },
    ]);
    expect(logged).toHaveLength(2);
    const { values } = await metrics.decisions.get();
    expect(values).toMatchObject([{ value: 10_000 }]);
  });

  it('are of one kind whatever their traces, of which the number has none', async () => {
    const { recorder, entries } = startRecorder();
    for (const trace of ['a', 'b', 'c']) await recorder.decided({ ...denied('a:1'), trace });
    await recorder.endWindow();
    expect(entries.map(({ trace, repeats }) => [trace, repeats?.count])).toEqual([
      ['a', undefined],
      [undefined, 2],
    ]);
  });

  it('begin anew with the next window', async () => {
    const { recorder, counted } = startRecorder();
    for (let window = 0; window < 2; window += 1) {
      for (let call = 0; call < 3; call += 1) await recorder.decided(denied('a:1'));
      await recorder.endWindow();
    }
    expect(counted()).toEqual([
      ['a:1', 1],
      ['a:1', 2],
      ['a:1', 1],
      ['a:1', 2],
    ]);
  });

  it('end their window by themselves', async () => {
    const { recorder, counted } = startRecorder({ windowMilliseconds: 20 });
    await recorder.decided(denied('a:1'));
    await recorder.decided(denied('a:1'));
    await vi.waitFor(() => expect(counted().length).toBeGreaterThan(1));
    expect(counted().reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  });

  it.each([
    ['target', denied('b:1')],
    ['document set', { ...denied('a:1'), set: 'b' }],
    ['surface', { ...denied('a:1'), surface: 'http' }],
    ['code', denied('a:1', deny('KARS_OVERLOADED', denial.rule, denial.reason))],
    ['rule', denied('a:1', { ...denial, rule: 'other' })],
    ['reason', denied('a:1', { ...denial, reason: 'other' })],
  ])('are told apart by their %s', async (_what, other) => {
    const { recorder, entries } = startRecorder();
    await recorder.decided(denied('a:1'));
    await recorder.decided(other);
    expect(entries).toHaveLength(2);
  });

  it('share records when there are very many kinds, and none is lost', async () => {
    const { recorder, counted } = startRecorder({ most: 10 });
    for (let call = 0; call < 1000; call += 1) await recorder.decided(denied(`h${call}:1`));
    await recorder.endWindow();
    // The first of those past the bound has a record too, so that none is kept in memory alone.
    expect(counted()).toHaveLength(12);
    expect(counted().slice(-2)).toEqual([
      ['h10:1', 1],
      ['other targets', 989],
    ]);
  });

  it('are counted on while nothing can be recorded', async () => {
    const { recorder, state, counted } = startRecorder();
    await recorder.decided(denied('a:1'));
    await recorder.decided(denied('a:1'));
    state.full = true;
    await recorder.endWindow();
    await recorder.decided(denied('a:1'));
    await recorder.endWindow();
    state.full = false;
    await recorder.endWindow();
    expect(counted()).toEqual([
      ['a:1', 1],
      ['a:1', 2],
    ]);
  });

  it('get their first record as soon as one can be written', async () => {
    const { recorder, state, entries } = startRecorder();
    state.full = true;
    await expect(recorder.decided(denied('a:1'))).rejects.toThrow('no space');
    state.full = false;
    await recorder.decided(denied('a:1'));
    expect(entries).toMatchObject([{ target: 'a:1' }]);
    expect(entries[0]).not.toHaveProperty('repeats');
  });
});

it('allowed calls have a record each', async () => {
  const { recorder, entries } = startRecorder();
  const call = { set: 'a', surface: 'connect', target: 'a:1', decision: allow('entry') };
  for (let n = 0; n < 3; n += 1) await recorder.decided(call);
  expect(entries).toHaveLength(3);
});
