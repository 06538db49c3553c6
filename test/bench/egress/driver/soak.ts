import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ports, usedNames } from '../sites.ts';
import { helloFor } from './hello.ts';
import type { Tally } from './load.ts';
import { openTunnel } from './tunnel-clients.ts';

/**
 * Uses a proxy in every way at a rate that it bears, and prints what became of it: `soak.ts PORT
 * MILLISECONDS`. Each round opens a tunnel for TLS and one for anything, asks for a page, and is refused a
 * name that no round before had.
 */
const [port = 0, milliseconds = 0] = process.argv.slice(2).map(Number);

const ROUNDS_PER_SECOND = 50;
/** Tunnels that are open all the time. */
const HELD = 200;

const tally: Tally = { operations: 0, bytes: 0, failures: 0 };
let denied = 0;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const hellos = new Map<string, Buffer>();
for (const host of usedNames) hellos.set(host, await helloFor(host));

const exchange = (target: { readonly host: string; readonly port: number }, bytes: Buffer): void =>
  void openTunnel(port, target, tally, (socket) => {
    socket.once('data', () => {
      tally.operations += 1;
      socket.end();
    });
    socket.write(bytes);
  });

const ask = (host: string): void => {
  const call = get({ port, agent, path: `http://${host}/path`, headers: { host } }, (answer) => {
    answer.resume().once('end', () => {
      if (answer.statusCode === 200) tally.operations += 1;
      else tally.failures += 1;
    });
  });
  call.on('error', () => (tally.failures += 1));
};

const beRefused = (name: string): void => {
  const refusals: Tally = { operations: 0, bytes: 0, failures: 0 };
  const target = { host: name, port: ports.tls };
  const socket = openTunnel(port, target, refusals, () => (tally.failures += 1));
  socket.once('close', () => (denied += refusals.failures));
};

const used = (turn: number): string => usedNames[turn % usedNames.length] ?? '';
for (let count = 0; count < HELD; count += 1) {
  openTunnel(port, { host: used(count), port: ports.tcp }, tally, () => undefined);
}
const until = performance.now() + milliseconds;
for (let round = 0; performance.now() < until; round += 1) {
  const host = used(round);
  exchange({ host, port: ports.tls }, hellos.get(host) ?? Buffer.alloc(0));
  exchange({ host, port: ports.tcp }, Buffer.from('hello'));
  ask(host);
  beRefused(`round-${round}.other.example`);
  await sleep(1000 / ROUNDS_PER_SECOND);
}
process.stdout.write(`${JSON.stringify({ ...tally, denied })}\n`, () => process.exit(0));
