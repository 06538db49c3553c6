import { chownSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EgressAllowlistPayload, IpFamily } from 'kars-constructs/contract';
import { processes } from '../../../lib/contract/process.ts';
import { asUser, mayRead } from '../as-user.ts';
import { elsewhere, neighbour } from '../packets/addresses.ts';
import { ProxiedPod } from '../proxied-pod.ts';
import { runIn, type Ended } from '../running.ts';
import { environmentOf, type Client, type Way } from './client.ts';
import { stageSite, type Stage } from './site/stage.ts';

const AGENT = 1000;
const { agentPort: proxyPort } = processes['egress-proxy'];

const names = ['site.example', 'denied.example'];

/** Addresses of the site by the only family that a pod has: its own, which a range of the list has, and one that no entry has. */
const sites: Readonly<Record<IpFamily, { readonly own: string; readonly unlisted: string }>> = {
  4: { own: neighbour.ipv4, unlisted: elsewhere['public IPv4'] ?? '' },
  6: { own: neighbour.ipv6, unlisted: elsewhere['public IPv6'] ?? '' },
};

/** What the pod of the clients may reach. The ranges have the addresses of the site, which are not public ones. */
export const allowlist: EgressAllowlistPayload = {
  entries: [
    ...[80, 443, 22, 5432, 6379].flatMap((port) => [
      { host: 'site.example', port },
      { cidr: '10.77.0.0/28', port },
      { cidr: 'fd77::/64', port },
    ]),
    { host: 'site.example', port: 80, http: { methods: ['GET'], upgrade: ['websocket'] } },
  ],
};

/** An address of the site that no entry has, as a URL names it. */
export const unlistedHost = (family: IpFamily): string =>
  family === 4 ? sites[4].unlisted : `[${sites[6].unlisted}]`;

/** A pod with a proxy, a site beside it, and clients that run in it as the agent. */
export class ClientPod {
  readonly pod: ProxiedPod;
  readonly stage: Stage;
  readonly #addresses: readonly string[];

  private constructor(pod: ProxiedPod, stage: Stage, addresses: readonly string[]) {
    this.pod = pod;
    this.stage = stage;
    this.#addresses = addresses;
  }

  /** A pod without packet rules and proxy yet, with the web server of the site; IPv6 is its only family, or IPv4 one of two. */
  static async open(family: IpFamily = 4): Promise<ClientPod> {
    const { own, unlisted } = sites[family];
    const addresses = [own, unlisted];
    const hosts = names.map((name) => `${own} ${name}\n`).join('');
    // Some programs want to know who they run for.
    const users = ['root:x:0:0::/root:/bin/sh', `agent:x:${AGENT}:${AGENT}::/tmp:/bin/sh`];
    const pod = await ProxiedPod.open({ hosts, users, resolver: own });
    if (family === 6) pod.world.exec(pod.world.pod, 'ip', '-4', 'addr', 'flush', 'dev', 'eth0');
    const stage = stageSite(pod.root, AGENT);
    const site = fileURLToPath(new URL('./site/main.ts', import.meta.url));
    const command = [process.execPath, site, stage.key, stage.certificate, stage.root];
    await pod.startOutside([...command, ...addresses], 'ready');
    return new ClientPod(pod, stage, addresses);
  }

  /** Adds a server of SSH and one of Redis to the site. */
  async serveTcp(): Promise<void> {
    const { stage, pod } = this;
    const redis = ['--bind', ...this.#addresses, '--protected-mode', 'no', '--save', ''];
    // The package of the client has the server too, under the name of a tool which it is as well.
    const asServer = ['bash', '-c', 'exec -a redis-server redis-check-rdb "$@"', 'redis'];
    await pod.startOutside([...asServer, ...redis], 'Ready to accept connections');
    // It looks for keys below the home of whoever logs in, and says on standard error that it is ready.
    const atHome = ['sh', '-c', 'mount --bind "$0" /root && exec "$@" 2>&1', stage.home];
    const listening = this.#addresses.flatMap((address) => ['-p', `${address}:22`]);
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
