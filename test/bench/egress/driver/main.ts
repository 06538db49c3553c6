import { setTimeout as sleep } from 'node:timers/promises';
import { busyBetween, busySoFar } from '../../measured/busy.ts';
import { warmUp } from '../../measured/driver.ts';
import { ports } from '../sites.ts';
import { bulkClient } from './bulk-clients.ts';
import { forwardClient, spreadClient } from './forward-clients.ts';
import { type Client, type DriverOptions, type Load, type Measured, type Tally } from './load.ts';
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

const tally: Tally = { operations: 0, bytes: 0, failures: 0 };
for (let count = 0; count < options.clients; count += 1) {
  clients[options.load](options.port, tally);
}
await warmUp(options.pid, options.warmCpuSeconds);
const [before, tallied] = [busySoFar(options.pid), { ...tally }];
await sleep(options.milliseconds);
const measured: Measured = {
  ...busyBetween(before, busySoFar(options.pid)),
  operations: tally.operations - tallied.operations,
  bytes: tally.bytes - tallied.bytes,
  failures: tally.failures - tallied.failures,
};
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
