import { describe, expect, it } from 'vitest';
import { CredentialFault } from '../../../runtime/identity/credential-source.ts';
import { RefreshingToken, type FetchedToken } from '../../../runtime/identity/refreshing-token.ts';

const fault = (retryAfter?: number): CredentialFault =>
  new CredentialFault('KARS_CREDENTIAL_UNAVAILABLE', 'no', retryAfter);

/** A token whose exchanges give these in turn, the last one from then on, and a clock for it. */
function tokenOf(...answers: readonly (Partial<FetchedToken> | CredentialFault)[]) {
  let time = 0;
  let exchanges = 0;
  const source = new RefreshingToken(
    async () => {
      const answer = answers[Math.min(exchanges, answers.length - 1)];
      exchanges += 1;
      await Promise.resolve();
      if (answer instanceof CredentialFault) throw answer;
      return { token: `t${exchanges}`, expiresIn: 3600, ...answer };
    },
    () => time,
  );
  return {
    source,
    exchanges: () => exchanges,
    at: (seconds: number) => {
      time = seconds * 1000;
    },
  };
}

/** Lets an exchange behind a call come to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the state of a token', () => {
  it('has its end, and why it is not renewed, and nothing of it', async () => {
    const { source, at } = tokenOf({}, fault());
    expect(source.state()).toEqual({ error: '' });
    await source.credential();
    const { expires } = source.state();
    expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now());
    at(3000);
    await source.credential();
    await settled();
    expect(source.state()).toEqual({ expires, error: '[KARS_CREDENTIAL_UNAVAILABLE] no' });
    at(3600);
    expect(source.state()).toEqual({ error: '[KARS_CREDENTIAL_UNAVAILABLE] no' });
  });

  it('does not repeat what a fault of the program says', async () => {
    const source = new RefreshingToken(() => Promise.reject(new Error('of the token')));
    await expect(source.credential()).rejects.toThrow();
    expect(source.state()).toEqual({ error: '[KARS_INTERNAL] the exchange failed' });
  });
});

describe('a token', () => {
  it('is one exchange for a hundred calls at once, first and at its end', async () => {
    const { source, exchanges, at } = tokenOf({});
    const all = () => Promise.all(Array.from({ length: 100 }, () => source.credential()));
    expect(new Set(await all())).toEqual(new Set(['t1']));
    expect(exchanges()).toBe(1);
    at(3600);
    expect(new Set(await all())).toEqual(new Set(['t2']));
    expect(exchanges()).toBe(2);
  });

  it('is one fault for a hundred calls at once', async () => {
    const { source, exchanges } = tokenOf(fault());
    const calls = Array.from({ length: 100 }, () => source.credential());
    const ends = await Promise.allSettled(calls);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    expect(exchanges()).toBe(1);
  });

  it('is got anew before it ends, and no call waits for that', async () => {
    const { source, exchanges, at } = tokenOf({});
    await source.credential();
    at(2699);
    expect(await source.credential()).toBe('t1');
    expect(exchanges()).toBe(1);
    at(2700);
    expect([await source.credential(), exchanges()]).toEqual(['t1', 2]);
    await settled();
    expect([await source.credential(), exchanges()]).toEqual(['t2', 2]);
  });

  it('is got anew when whoever gives it says', async () => {
    const { source, exchanges, at } = tokenOf({ refreshIn: 100 });
    await source.credential();
    at(100);
    await source.credential();
    expect(exchanges()).toBe(2);
  });

  it('counts as long as it was given for, less a minute, while it cannot be got anew', async () => {
    const { source, at } = tokenOf({}, fault());
    await source.credential();
    for (const seconds of [2700, 3000, 3539]) {
      at(seconds);
      expect(await source.credential()).toBe('t1');
      await settled();
    }
    at(3540);
    await expect(source.credential()).rejects.toThrow(CredentialFault);
  });

  it('that counts for seconds is sent for half of them', async () => {
    const { source, exchanges, at } = tokenOf({ expiresIn: 10 });
    await source.credential();
    at(4.9);
    expect(await source.credential()).toBe('t1');
    at(5);
    expect(await source.credential()).toBe('t2');
    expect(exchanges()).toBe(2);
  });

  it('is asked for after pauses that grow to a minute, and fails at once in between', async () => {
    const { source, exchanges, at } = tokenOf(fault());
    let time = 0;
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = exchanges();
      await expect(source.credential()).rejects.toThrow(CredentialFault);
      at(time + pause - 0.001);
      await expect(source.credential()).rejects.toThrow(CredentialFault);
      expect(exchanges()).toBe(before + 1);
      time += pause;
      at(time);
    }
  });

  it('is asked for no earlier than whoever gives it says, and after five minutes at most', async () => {
    const { source, exchanges, at } = tokenOf(fault(30_000), fault(86_400_000), {});
    await expect(source.credential()).rejects.toThrow();
    at(29.9);
    await expect(source.credential()).rejects.toThrow();
    expect(exchanges()).toBe(1);
    at(30);
    await expect(source.credential()).rejects.toThrow();
    at(329.9);
    await expect(source.credential()).rejects.toThrow();
    expect(exchanges()).toBe(2);
    at(330);
    expect(await source.credential()).toBe('t3');
  });
});
