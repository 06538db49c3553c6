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
    const now = { ready: true, reason: '', set: 'sha256:a', refused: '' };
    const end = writeStatus(
      createLog('router', (line) => lines.push(line)),
      () => now,
    );
    const written = (): string[] =>
      lines.map((line) => statusRecord.parse(JSON.parse(line))).map(({ set }) => set);
    expect(written()).toEqual(['sha256:a']);
    vi.advanceTimersByTime(30_000);
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
