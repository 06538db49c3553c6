import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { statusRecord } from 'kars-constructs/contract';
import { createLog } from '../../../runtime/service/log.ts';
import { writeStatus } from '../../../runtime/service/status-records.ts';

describe('the status in the log', () => {
  it('is written at once, when it changes, and again after a minute', () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const lines: string[] = [];
    const window = { window: 'day' as const, limit: 9, left: 9, ends: '2026-01-02T00:00:00.000Z' };
    const now = { ready: true, reason: '', set: 'sha256:a', refused: '', budget: [window] };
    const end = writeStatus(
      createLog('router', (line) => lines.push(line)),
      () => now,
    );
    const written = (): string[] =>
      lines.map((line) => statusRecord.parse(JSON.parse(line))).map(({ set }) => set);
    expect(written()).toEqual(['sha256:a']);
    vi.advanceTimersByTime(30_000);
    expect(lines).toHaveLength(1);
    window.left = 5;
    vi.advanceTimersByTime(1000);
    expect(lines).toHaveLength(1);
    now.set = 'sha256:b';
    vi.advanceTimersByTime(1000);
    expect(written()).toEqual(['sha256:a', 'sha256:b']);
    vi.advanceTimersByTime(60_000);
    expect(written()).toEqual(['sha256:a', 'sha256:b', 'sha256:b']);
    end();
    vi.advanceTimersByTime(120_000);
    expect(lines).toHaveLength(3);
  });
});
