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
  {
    milliseconds,
    others = ['b', 'c'],
    circuits = new Circuits(),
  }: { milliseconds?: number; others?: string[]; circuits?: Circuits } = {},
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
    circuits,
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

  it('frees the probe of a target where an attempt cannot begin', async () => {
    let time = 0;
    const circuits = new Circuits(() => time);
    for (let count = 0; count < 3; count += 1) circuits.of(target('a')).enter()?.failed();
    time = 30_000;
    const fails = () => Promise.reject(new Error('the disk is full'));
    await expect(send({ circuits }, fails)).rejects.toThrow('the disk is full');
    expect(circuits.of(target('a')).enter()).toBeDefined();
  });
});

/** Sends to a target that answers with 429 and has another one behind it, for a client that leaves. */
async function refusedTo(
  gone: AbortController,
  {
    wait = '1999',
    onSent = () => {},
    onFree = () => {},
  }: {
    wait?: string;
    onSent?: () => void;
    onFree?: () => void;
  },
) {
  const begun: string[] = [];
  const freed: string[] = [];
  const body = { dump: () => Promise.resolve(null) } as unknown as UpstreamAnswer['body'];
  const headers = { 'retry-after-ms': wait };
  const sent = await sendToTargets<Target, Begun>({
    upstream: {
      send: () => {
        onSent();
        return Promise.resolve({ status: 429, headers, body, credential: undefined });
      },
    },
    circuits: new Circuits(),
    first: target('a'),
    others: [() => target('b')],
    begin: ({ deployment }) => {
      begun.push(deployment);
      const free = (outcome: string): Promise<void> => {
        freed.push(outcome);
        onFree();
        return Promise.resolve();
      };
      return Promise.resolve({ settlement: { free }, body: {} });
    },
    gone: gone.signal,
  });
  return { sent, begun, freed };
}

describe('a call whose client leaves after a refusal', () => {
  const free = {
    target: { deployment: 'a' },
    result: {
      denial: { reason: 'the provider answered with status 429; the client went away' },
      isSent: false,
    },
  };

  it('waits for no second attempt, and is free', async () => {
    const gone = new AbortController();
    const onSent = () => void setImmediate(() => gone.abort());
    const { sent, begun, freed } = await refusedTo(gone, { onSent });
    expect(sent).toMatchObject(free);
    expect([begun, freed]).toEqual([['a'], []]);
  });

  it('begins no attempt at the next target while the one before is settled', async () => {
    const gone = new AbortController();
    const { sent, begun, freed } = await refusedTo(gone, {
      wait: '9999',
      onFree: () => gone.abort(),
    });
    expect(sent).toMatchObject(free);
    expect(begun).toEqual(['a']);
    expect(freed).toHaveLength(1);
  });
});
