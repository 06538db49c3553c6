import { expect } from 'vitest';
import type { IpFamily } from 'kars-constructs/contract';
import { unlistedHost, type ClientPod } from './client-pod.ts';
import type { Client, Way } from './client.ts';

/** One start of a client, and what has to come of it. */
export interface Case {
  readonly name: string;
  readonly way: Way;
  readonly host: string;
  readonly isPlain: boolean;
  /** What it says when it is refused; undefined when it has to get through. */
  readonly why: string | RegExp | undefined;
}

/** All that a client is able to: with a proxy that it knows of or not, with TLS or not. */
export function casesOf({ refused }: Client, family: IpFamily = 4): Case[] {
  const { byAnswer, byName, byEnd, plainly } = refused;
  const one = (
    name: string,
    way: Way,
    host: string,
    why?: string | RegExp,
    isPlain = false,
  ): Case => ({
    name: `${name}, ${way}${isPlain ? ' and without TLS' : ''}`,
    ...{ way, host, isPlain, why },
  });
  const reaches = 'gets to a host that an entry names';
  const told = 'says what the proxy answers of another host';
  return [
    one(reaches, 'transparent', 'site.example'),
    one('says that there is no other name', 'transparent', 'denied.example', byName),
    one(
      'says that a connection to another address is ended',
      'transparent',
      unlistedHost(family),
      byEnd,
    ),
    ...(byAnswer === undefined
      ? []
      : [
          one(reaches, 'explicit', 'site.example'),
          one(told, 'explicit', 'denied.example', byAnswer),
        ]),
    ...(plainly === undefined
      ? []
      : [
          one(reaches, 'transparent', 'site.example', undefined, true),
          one(reaches, 'explicit', 'site.example', undefined, true),
          one(told, 'explicit', 'denied.example', plainly, true),
        ]),
  ];
}

/** Starts the client, and compares what it says. */
export async function tryCase(
  pod: ClientPod,
  client: Client,
  { way, host, isPlain, why }: Case,
): Promise<void> {
  const { code, output } = await pod.run(client, way, host, isPlain);
  if (why === undefined) {
    expect(output).toContain(client.prints);
    expect(code).toBe(0);
    return;
  }
  expect(output).toMatch(why);
  expect(output).not.toContain(client.prints);
  // A page that says why is a page like any other.
  if (!isPlain) expect(code).not.toBe(0);
}
