import { describe, expect, it } from 'vitest';
import { retryAfterOf } from '../../../runtime/service/retry-after.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('when a provider wants to be asked again', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, 9000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '7', 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': '7', 'retry-after-ms': 'soon' }, 7000],
  ])('is read from %j', (headers, expected) => {
    expect(retryAfterOf(headers, () => NOW)).toBe(expected);
  });

  it.each([
    {},
    { 'retry-after': '' },
    { 'retry-after': '-1' },
    { 'retry-after': '1e400' },
    { 'retry-after': 'soon' },
  ])('is unknown from %j', (headers) => {
    expect(retryAfterOf(headers, () => NOW)).toBeUndefined();
  });
});
