import { setTimeout as sleep } from 'node:timers/promises';
import { busyBetween, busySoFar } from '../../measured/busy.ts';
import { warmUp } from '../../measured/driver.ts';
import { median } from '../../report.ts';
import { requestOf, startClient } from './client.ts';
import { loads, type DriverOptions, type Measured, type Tally } from './load.ts';

/** Loads a gateway, and measures the CPU that its process takes meanwhile: `main.ts OPTIONS`. */
const [argument = '{}'] = process.argv.slice(2);
const options = JSON.parse(argument) as DriverOptions;

/** Answers below which a span says nothing: on a machine that others use a process may get nothing for seconds. */
const FEWEST = 100;
const LONGEST_MILLISECONDS = 30_000;

const tally: Tally = { operations: 0, failures: 0, failure: '', reads: 0, first: [] };
const request = requestOf(options);
for (let count = 0; count < loads[options.load].clients; count += 1) {
  startClient(request, options.port, tally);
}
await warmUp(options.pid, options.warmCpuSeconds);
tally.first.length = 0;
const [before, tallied] = [busySoFar(options.pid), { ...tally }];
const latest = performance.now() + LONGEST_MILLISECONDS;
await sleep(options.milliseconds);
while (tally.operations - tallied.operations < FEWEST && performance.now() < latest)
  await sleep(20);
const measured: Measured = {
  ...busyBetween(before, busySoFar(options.pid)),
  operations: tally.operations - tallied.operations,
  failures: tally.failures - tallied.failures,
  failure: tally.failure,
  reads: tally.reads - tallied.reads,
  firstMilliseconds: median(tally.first),
};
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
