import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { splice } from '../../../runtime/egress-proxy/splice.ts';

/** A program, a host, and the two ends that the proxy has of their connections. */
function connections(): { program: Duplex; host: Duplex; client: Duplex; upstream: Duplex } {
  const [program, client] = duplexPair({ allowHalfOpen: true });
  const [host, upstream] = duplexPair({ allowHalfOpen: true });
  return { program, host, client, upstream };
}

it('carries bytes both ways, and ends when both sides have ended', async () => {
  const { program, host, client, upstream } = connections();
  const spliced = splice(client, upstream);
  program.end('question');
  host.setEncoding('utf8');
  expect(await once(host, 'data')).toEqual(['question']);
  host.end('answer');
  expect(await text(program)).toBe('answer');
  await spliced;
  expect([client.destroyed, upstream.destroyed]).toEqual([true, true]);
});

it('goes on in one direction when the other has ended', async () => {
  const { program, host, client, upstream } = connections();
  const spliced = splice(client, upstream);
  program.end();
  host.resume();
  await once(host, 'end');
  await turnEnd();
  expect(upstream.destroyed).toBe(false);
  host.end('late answer');
  expect(await text(program)).toBe('late answer');
  await spliced;
});

it.each(['client', 'upstream'] as const)(
  'takes the other connection along when that to the %s breaks',
  async (broken) => {
    const ends = connections();
    const spliced = splice(ends.client, ends.upstream);
    ends.program.write('half');
    ends[broken].destroy(new Error('reset'));
    await spliced;
    expect([ends.client.destroyed, ends.upstream.destroyed]).toEqual([true, true]);
  },
);

it.each(['client', 'upstream'] as const)(
  'closes both at once when that to the %s was closed before',
  async (closed) => {
    const ends = connections();
    ends[closed].destroy();
    await once(ends[closed], 'close');
    await splice(ends.client, ends.upstream);
    expect([ends.client.destroyed, ends.upstream.destroyed]).toEqual([true, true]);
  },
);
