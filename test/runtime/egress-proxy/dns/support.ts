import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, type DecodedPacket, type Packet } from 'dns-packet';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type { IpFamily } from 'kars-constructs/contract';
import type { DnsLimits } from '../../../../runtime/egress-proxy/dns/limits.ts';
import { NameTable } from '../../../../runtime/egress-proxy/dns/name-table.ts';
import { policyInForce } from '../../../../runtime/egress-proxy/policy-in-force.ts';
import { startDns } from '../../../../runtime/egress-proxy/dns/start.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { temporaryDirectory } from '../../../support/documents.ts';
import { openSidecar, type TestSidecar } from '../../../support/sidecar.ts';

/** How a DNS server is started for a test. */
interface Options {
  /** Names with an entry each; undefined for no document set. */
  readonly allowed?: readonly string[] | undefined;
  readonly family?: IpFamily;
  readonly hosts?: readonly string[];
  readonly bounds?: Partial<DnsLimits>;
  readonly table?: Pick<DnsLimits, 'names' | 'namesOfEntry'>;
  readonly state?: string;
  readonly port?: number;
}

/** A DNS server that ends with the test. */
interface TestDns {
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly names: NameTable;
  readonly resolver: Resolver;
  readonly sidecar: TestSidecar;
  /** Directory of the names. */
  readonly state: string;
  /** How many messages had an outcome. */
  readonly counted: (outcome: string) => Promise<number>;
}

/** A DNS server on loopback, `site.example` allowed unless told otherwise. */
export async function startTestDns(options: Options = {}): Promise<TestDns> {
  const { family = 4, hosts = ['127.0.0.1'], bounds, state = temporaryDirectory() } = options;
  const allowed = 'allowed' in options ? options.allowed : ['site.example'];
  const entries = allowed?.map((host) => ({ host, port: 443 }));
  const sidecar = await openSidecar('egress-proxy', entries && { 'egress-allowlist': { entries } });
  const log = createLog('egress-proxy', () => undefined);
  const names = new NameTable({ family, ...(options.table && { bounds: options.table }) });
  await names.read(state, log);
  const registry = new Registry();
  const { documents, recorder } = sidecar;
  const dns = await startDns({
    sidecar: { recorder, log, registry },
    inForce: policyInForce(() => documents.snapshot()),
    names,
    hosts,
    port: options.port ?? 0,
    ...(bounds === undefined ? {} : { bounds }),
  });
  let ending: Promise<void> | undefined;
  const close = (): Promise<void> => (ending ??= dns.close());
  onTestFinished(close);
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${dns.port}`]);
  const counted = async (outcome: string): Promise<number> => {
    const found = /kars_dns_messages_total\{outcome="([^"]*)"\} (\d+)/g;
    const lines = (await registry.metrics()).matchAll(found);
    return Number([...lines].find(([, name]) => name === outcome)?.[2] ?? 0);
  };
  return { port: dns.port, close, names, resolver, sidecar, state, counted };
}

/** A query as bytes. */
export function query(name: string, type: string, packet: Packet = {}): Buffer {
  return encode({
    type: 'query',
    id: 7,
    flags: 0x100,
    // The library also takes types that it has no name for.
    questions: [{ name, type: type as 'A', class: 'IN' }],
    ...packet,
  });
}

/** Sends a message over UDP, and gives what comes back; undefined after a while without anything. */
export async function askUdp(
  port: number,
  message: Uint8Array,
  { host = '127.0.0.1', wait = 2000 } = {},
): Promise<Buffer | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(wait) });
    socket.send(message, port, host);
    const [reply] = (await answered) as [Buffer];
    return reply;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/** The same as {@link askUdp}, read; fails when nothing comes back. */
export async function readUdp(port: number, message: Uint8Array): Promise<DecodedPacket> {
  const reply = await askUdp(port, message);
  if (reply === undefined) throw new Error('no reply came');
  return decode(reply);
}

/** A message behind its length. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Sends bytes over TCP, ends its side, and gives every message that comes back. */
export async function askTcp(
  port: number,
  bytes: Uint8Array,
  host = '127.0.0.1',
): Promise<DecodedPacket[]> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return unframe(Buffer.concat(chunks));
}

function unframe(bytes: Buffer): DecodedPacket[] {
  if (bytes.length < 2) return [];
  const end = 2 + bytes.readUInt16BE(0);
  return [decode(bytes.subarray(2, end)), ...unframe(bytes.subarray(end))];
}

/** The response code of a reply, without what EDNS adds. */
export const rcodeOf = (reply: DecodedPacket): number => (reply.flags ?? 0) & 0xf;
