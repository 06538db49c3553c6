import { ports, usedNames } from '../sites.ts';
import type { Tally } from './load.ts';
import { openTunnel } from './tunnel-clients.ts';

/**
 * Opens tunnels that nobody uses, says so, and keeps them until it is ended: `idle.ts PORT COUNT`.
 */
const [port = 0, count = 0] = process.argv.slice(2).map(Number);

const AT_ONCE = 32;

const tally: Tally = { operations: 0, bytes: 0, failures: 0 };
for (let opened = 0; opened < count; opened += AT_ONCE) {
  const batch = Array.from({ length: Math.min(AT_ONCE, count - opened) }, async (_, index) => {
    const host = usedNames[(opened + index) % usedNames.length] ?? '';
    await new Promise<void>((resolve) => {
      const socket = openTunnel(port, { host, port: ports.tcp }, tally, () => resolve());
      socket.once('close', () => resolve());
    });
  });
  await Promise.all(batch);
}
process.stdout.write(`${JSON.stringify({ failures: tally.failures })}\n`);
