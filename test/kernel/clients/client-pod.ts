import { chownSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EgressAllowlistPayload } from 'kars-constructs/contract';
import { processes } from '../../../lib/contract/process.ts';
import { asUser, mayRead } from '../as-user.ts';
import { elsewhere, neighbour } from '../packets/addresses.ts';
import { ProxiedPod } from '../proxied-pod.ts';
import { runIn, type Ended } from '../running.ts';
import { environmentOf, type Client, type Way } from './client.ts';
import { stageSite, type Stage } from './site/stage.ts';

const AGENT = 1000;
const { agentPort: proxyPort } = processes['egress-proxy'];

/** An address of the site that no entry has. */
export const PUBLIC = elsewhere['public IPv4'] ?? '';

const addresses = [neighbour.ipv4, PUBLIC];

const hosts = ['site.example', 'denied.example']
  .map((name) => `${neighbour.ipv4} ${name}\n`)
  .join('');

/** What the pod of the clients may reach. The range has the address of the site, which is not a public one. */
export const allowlist: EgressAllowlistPayload = {
  entries: [
    ...[80, 443, 22, 5432, 6379].flatMap((port) => [
      { host: 'site.example', port },
      { cidr: '10.77.0.0/28', port },
    ]),
    { host: 'site.example', port: 80, http: { methods: ['GET'], upgrade: ['websocket'] } },
  ],
};

/** A pod with a proxy, a site beside it, and clients that run in it as the agent. */
export class ClientPod {
  readonly pod: ProxiedPod;
  readonly stage: Stage;

  private constructor(pod: ProxiedPod, stage: Stage) {
    this.pod = pod;
    this.stage = stage;
  }

  /** A pod without packet rules and proxy yet, with the web server of the site. */
  static async open(): Promise<ClientPod> {
    // Some programs want to know who they run for.
    const users = ['root:x:0:0::/root:/bin/sh', `agent:x:${AGENT}:${AGENT}::/tmp:/bin/sh`];
    const pod = await ProxiedPod.open({ hosts, users });
    const stage = stageSite(pod.root, AGENT);
    const site = fileURLToPath(new URL('./site/main.ts', import.meta.url));
    const command = [process.execPath, site, stage.key, stage.certificate, stage.root];
    await pod.startOutside([...command, ...addresses], 'ready');
    return new ClientPod(pod, stage);
  }

  /** Adds a server of SSH and one of Redis to the site. */
  async serveTcp(): Promise<void> {
    const { stage, pod } = this;
    const redis = ['--bind', ...addresses, '--protected-mode', 'no', '--save', ''];
    // The package of the client has the server too, under the name of a tool which it is as well.
    const asServer = ['bash', '-c', 'exec -a redis-server redis-check-rdb "$@"', 'redis'];
    await pod.startOutside([...asServer, ...redis], 'Ready to accept connections');
    // It looks for keys below the home of whoever logs in, and says on standard error that it is ready.
    const atHome = ['sh', '-c', 'mount --bind "$0" /root && exec "$@" 2>&1', stage.home];
    const listening = addresses.flatMap((address) => ['-p', `${address}:22`]);
    const dropbear = ['dropbear', '-F', '-E', '-s', '-r', stage.hostKey, ...listening];
    await pod.startOutside([...atHome, ...dropbear], 'Not backgrounding');
  }

  /** Runs a client of the agent to its end, in an environment that has nothing of the machine's. */
  run(client: Client, way: Way, host: string, isPlain = false): Promise<Ended> {
    const directory = mkdtempSync(join(this.pod.root, 'client-'));
    chownSync(directory, AGENT, AGENT);
    const start = { host, way, isPlain, proxyPort, stage: this.stage, directory };
    const command = [...asUser(AGENT, ...mayRead), ...client.command(start)];
    return runIn(this.pod.world.pod, command, environmentOf(client, start), directory);
  }

  close(): Promise<void> {
    return this.pod.close();
  }
}
