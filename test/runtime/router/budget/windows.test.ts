import { describe, expect, it } from 'vitest';
import { windowsAt } from '../../../../runtime/router/budget/windows.ts';

describe('windows', () => {
  it('are those of UTC', () => {
    expect(windowsAt(new Date('2026-01-31T23:59:59.999Z'))).toEqual([
      { kind: 'hour', id: 'hour 2026-01-31T23', ends: '2026-02-01T00:00:00.000Z' },
      { kind: 'day', id: 'day 2026-01-31', ends: '2026-02-01T00:00:00.000Z' },
      { kind: 'month', id: 'month 2026-01', ends: '2026-02-01T00:00:00.000Z' },
    ]);
  });
});
