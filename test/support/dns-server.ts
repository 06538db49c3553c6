import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { decode, encode, streamEncode, type Answer, type Packet } from 'dns-packet';
import { portOf } from './servers.ts';

/** Records by name; a name without any is known, and has nothing. */
export type Zone = Readonly<Record<string, readonly Answer[] | undefined>>;

/** Changes a reply, or keeps it back. */
export type Lie = (reply: Packet, query: Packet) => Packet | undefined;

export const a = (name: string, data: string, ttl: number): Answer => ({
  type: 'A',
  name,
  data,
  ttl,
});

export const aaaa = (name: string, data: string, ttl: number): Answer => ({
  type: 'AAAA',
  name,
  data,
  ttl,
});

export const cname = (name: string, data: string, ttl: number): Answer => ({
  type: 'CNAME',
  name,
  data,
  ttl,
});

/** A DNS server that runs. */
export interface RunningDns {
  readonly port: number;
  /** What it was asked, as `TYPE name`. */
  readonly asked: readonly string[];
  readonly close: () => void;
}

/** QR, RD and RA; the lowest four bits are the code. */
const ANSWERED = 0x8180;

const NO_SUCH_NAME = 3;

/** A DNS server of a zone, over UDP and TCP. */
export async function startDnsServer(
  zone: Zone,
  options: { readonly host?: string; readonly port?: number; readonly lie?: Lie } = {},
): Promise<RunningDns> {
  const { host = '127.0.0.1', port: wanted = 0, lie = (reply: Packet) => reply } = options;
  const asked: string[] = [];
  const answer = (query: Packet): Packet | undefined => {
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    asked.push(`${question.type} ${question.name}`);
    const known = zone[question.name];
    const reply: Packet = {
      type: 'response',
      id: query.id ?? 0,
      flags: ANSWERED | (known === undefined ? NO_SUCH_NAME : 0),
      questions: [question],
      answers: (known ?? []).filter(({ type }) => [question.type, 'CNAME'].includes(type)),
    };
    return lie(reply, query);
  };
  const udp = createSocket(
    host.includes(':') ? 'udp6' : 'udp4',
    (message: Buffer, { port, address }: RemoteInfo) => {
      const reply = answer(decode(message));
      if (reply !== undefined) udp.send(encode(reply), port, address);
    },
  );
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      const reply = answer(decode(bytes.subarray(2)));
      if (reply !== undefined) socket.end(streamEncode(reply));
    });
  });
  const port = await listenOnBoth(tcp, udp, wanted, host);
  const close = (): void => {
    udp.close();
    tcp.close();
  };
  return { port, asked, close };
}

/** Takes a port that is free for both: what the system gives for one may be somebody's for the other. */
async function listenOnBoth(
  tcp: Server,
  udp: Socket,
  wanted: number,
  host: string,
): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    tcp.listen(wanted, host);
    await once(tcp, 'listening');
    const port = portOf(tcp);
    try {
      udp.bind(port, host);
      await once(udp, 'listening');
      return port;
    } catch (error) {
      if (wanted !== 0 || tried === 10) throw error;
      tcp.close();
      await once(tcp, 'close');
    }
  }
}
