import { PassThrough } from 'node:stream';
import { deny } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { Circuits } from '../../../../runtime/router/failover/circuit.ts';
import {
  sendToTargets,
  type Begun,
  type Target,
} from '../../../../runtime/router/failover/send-to-targets.ts';
import type {
  UpstreamAnswer,
  UpstreamFault,
  UpstreamRequest,
} from '../../../../runtime/router/upstream.ts';
import { policies } from '../support.ts';

const [provider] = policies['inference-policy'].providers;

const target = (deployment: string): Target => ({
  provider: { ...provider, name: 'local', endpoint: 'https://a.example', credential: 'none' },
  deployment,
  exchange: { path: '/x' } as Target['exchange'],
});

const unreachable: UpstreamFault = {
  denial: deny('KARS_UPSTREAM_UNREACHABLE', 'inference router', 'cannot be reached'),
  isSent: false,
};

/** Sends to targets that cannot be reached, and says what was asked of whom. */
async function send(
  { milliseconds, others = ['b', 'c'] }: { milliseconds?: number; others?: string[] } = {},
  begin: () => Promise<
    { settlement: { free: () => Promise<void> }; body: unknown } | ReturnType<typeof deny>
  > = () => Promise.resolve({ settlement: { free: () => Promise.resolve() }, body: {} }),
) {
  const requests: UpstreamRequest[] = [];
  const sent = await sendToTargets({
    upstream: {
      send: (request) => {
        requests.push(request);
        return Promise.resolve(unreachable);
      },
    },
    circuits: new Circuits(),
    first: target('a'),
    others: others.map((name) => () => target(name)),
    begin,
    gone: new AbortController().signal,
    ...(milliseconds === undefined ? {} : { milliseconds }),
  });
  return { sent, requests };
}

describe('a call that is sent to targets', () => {
  it('ends with the last of them, and each gets what is left of the time', async () => {
    const { sent, requests } = await send({ milliseconds: 60_000 });
    expect(sent).toMatchObject({ target: { deployment: 'c' }, result: { isSent: false } });
    expect(requests).toHaveLength(3);
    const left = requests.map(({ milliseconds = Infinity }) => milliseconds);
    expect(Math.max(...left)).toBeLessThanOrEqual(60_000);
    expect(left).toEqual(left.toSorted((one, two) => two - one));
  });

  it('begins no other attempt when its time is nearly over', async () => {
    expect((await send({ milliseconds: 900 })).requests).toHaveLength(1);
  });

  it('makes no attempt that is not recorded', async () => {
    const denial = deny('KARS_AUDIT_UNAVAILABLE', 'audit log', 'no');
    const { sent, requests } = await send({}, () => Promise.resolve(denial));
    expect([sent, requests]).toEqual([denial, []]);
  });

  it('waits for no second attempt once the client has gone', async () => {
    const gone = new AbortController();
    let attempts = 0;
    const freed: string[] = [];
    const body = new PassThrough() as unknown as UpstreamAnswer['body'];
    const sent = await sendToTargets<Target, Begun>({
      upstream: {
        send: () => {
          attempts += 1;
          setImmediate(() => gone.abort());
          return Promise.resolve({
            status: 429,
            headers: { 'retry-after-ms': '1999' },
            body,
            credential: undefined,
          });
        },
      },
      circuits: new Circuits(),
      first: target('a'),
      others: [() => target('b')],
      begin: () =>
        Promise.resolve({
          settlement: { free: (outcome: string) => Promise.resolve(void freed.push(outcome)) },
          body: {},
        }),
      gone: gone.signal,
    });
    expect(sent).toMatchObject({ target: { deployment: 'a' }, result: { status: 429 } });
    expect([attempts, freed]).toEqual([1, []]);
  });
});
