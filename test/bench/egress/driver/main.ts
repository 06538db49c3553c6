import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, firstThreadTimes } from '../proc.ts';
import { ports } from '../sites.ts';
import { bulkClient } from './bulk-clients.ts';
import { forwardClient, spreadClient } from './forward-clients.ts';
import {
  WARM,
  type Client,
  type DriverOptions,
  type Load,
  type Measured,
  type Tally,
} from './load.ts';
import { tunnelClient } from './tunnel-clients.ts';

/** Loads a proxy, and measures the CPU that its process takes meanwhile: `main.ts OPTIONS`. */
const [argument = '{}'] = process.argv.slice(2);
const options = JSON.parse(argument) as DriverOptions;

const clients: Readonly<Record<Load, Client>> = {
  tls: tunnelClient(ports.tls),
  tcp: tunnelClient(ports.tcp),
  forward: forwardClient,
  spread: spreadClient,
  bulk: bulkClient,
};

/** For a proxy that takes little CPU, whatever it is asked. */
const LONGEST_WARM_MILLISECONDS = 10_000;

/** Until what the bench does about the warm process shows. */
const SETTLE_MILLISECONDS = 300;

const tally: Tally = { operations: 0, bytes: 0, failures: 0 };
for (let count = 0; count < options.clients; count += 1) {
  clients[options.load](options.port, tally);
}
const end = performance.now() + LONGEST_WARM_MILLISECONDS;
const warm = cpuSeconds(options.pid) + options.warmCpuSeconds;
while (cpuSeconds(options.pid) < warm && performance.now() < end) await sleep(20);
process.stdout.write(WARM);
await sleep(SETTLE_MILLISECONDS);
const before = sample();
await sleep(options.milliseconds);
const after = sample();
const measured: Measured = {
  seconds: after.seconds - before.seconds,
  cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  ran: after.ran - before.ran,
  waited: after.waited - before.waited,
  operations: after.operations - before.operations,
  bytes: after.bytes - before.bytes,
  failures: after.failures - before.failures,
};
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));

function sample(): Measured {
  return {
    seconds: performance.now() / 1000,
    cpuSeconds: cpuSeconds(options.pid),
    ...firstThreadTimes(options.pid),
    ...tally,
  };
}
