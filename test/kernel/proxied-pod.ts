import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EgressAllowlistPayload } from 'kars-constructs/contract';
import { processes } from '../../lib/contract/process.ts';
import { guardDocumentFor } from '../../lib/sandbox/guard/guard-document.ts';
import { programArguments } from '../../runtime/cli/programs.ts';
import { projectDocuments } from '../support/documents.ts';
import { asUser, mayRead } from './as-user.ts';
import { neighbour } from './packets/addresses.ts';
import { createWorld, type Backend, type World } from './packets/world.ts';
import { endAll, startIn } from './running.ts';
import { startResolver } from './start-resolver.ts';

const { uid: PROXY_USER, agentPort, statusPort, dnsPort } = processes['egress-proxy'];

/** What a pod with a proxy is made of. */
export interface ProxiedPodOptions {
  /** What the DNS server of the proxy says, as a file of hosts. */
  readonly hosts: string;
  /** Further lines of `/etc/resolv.conf`. @default none */
  readonly resolverLines?: readonly string[];
  /** Address of the DNS server of the proxy. @default the neighbour in IPv4 */
  readonly resolver?: string;
  /** Users of the pod, as lines of `/etc/passwd`. @default those of the machine */
  readonly users?: readonly string[];
}

/** A pod behind packet rules, whose programs have nothing but the egress proxy, and a hostile neighbour. */
export class ProxiedPod {
  readonly world: World;
  /** Directory of the test, which every user may enter. */
  readonly root: string;
  readonly #names: string;
  readonly #running: ChildProcess[] = [];
  #proxy: ChildProcess | undefined;

  private constructor(world: World, names: string) {
    this.world = world;
    this.root = mkdtempSync(join(tmpdir(), 'kars-pod-'));
    chmodSync(this.root, 0o755);
    this.#names = names;
  }

  /** A pod and its neighbour, with a DNS server for the proxy; nothing is filtered yet. */
  static async open(options: ProxiedPodOptions): Promise<ProxiedPod> {
    const { hosts, resolver = neighbour.ipv4, resolverLines = [], users } = options;
    const world = createWorld();
    // ip binds the files below this directory over those of /etc for what it runs in the namespace.
    const names = join('/etc/netns', world.pod);
    mkdirSync(names, { recursive: true });
    const lines = [`nameserver ${resolver}`, ...resolverLines];
    writeFileSync(join(names, 'resolv.conf'), `${lines.join('\n')}\n`);
    if (users !== undefined) writeFileSync(join(names, 'passwd'), `${users.join('\n')}\n`);
    const pod = new ProxiedPod(world, names);
    pod.#running.push(await startResolver(world.neighbour, resolver, hosts));
    return pod;
  }

  /** Starts a program beside the pod, and waits for a line of it with this text. */
  async startOutside(command: readonly string[], text: string): Promise<void> {
    this.#running.push(await startIn(this.world.neighbour, command, text));
  }

  /** Puts the packet rules in force, and starts the proxy with this allow-list and these arguments. */
  async enforce(
    backend: Backend,
    allowlist: EgressAllowlistPayload,
    proxyArguments: readonly string[] = [],
  ): Promise<void> {
    const { records } = this.world.runGuard(guardDocumentFor([]), backend);
    if (records.at(-1)?.event !== 'rules-in-force') {
      throw new Error(`the guard ended with ${JSON.stringify(records.at(-1))}`);
    }
    this.resetState();
    await this.allow(allowlist);
    await this.startProxy(proxyArguments);
  }

  /** Gives the next proxy an empty state directory. */
  resetState(): void {
    const state = join(this.root, 'state');
    rmSync(state, { recursive: true, force: true });
    mkdirSync(state);
    chownSync(state, PROXY_USER, PROXY_USER);
  }

  /** Gives the proxy another allow-list; it looks within a second. */
  allow(allowlist: EgressAllowlistPayload): Promise<void> {
    return projectDocuments(join(this.root, 'documents'), { 'egress-allowlist': allowlist });
  }

  /** Starts the proxy with the state that the one before has left, and these arguments besides. */
  async startProxy(proxyArguments: readonly string[] = []): Promise<void> {
    const command = [
      ...asUser(PROXY_USER, ...mayRead),
      process.execPath,
      ...programArguments('egress-proxy'),
      '--sandbox=reader',
      `--listen-port=${agentPort}`,
      '--status-host=127.0.0.1',
      `--status-port=${statusPort}`,
      `--dns-port=${dnsPort}`,
      `--documents=${join(this.root, 'documents')}`,
      `--state=${join(this.root, 'state')}`,
      ...proxyArguments,
    ];
    this.#proxy = await startIn(this.world.pod, command, '"listener":"agent"');
  }

  /** Ends the proxy as a kernel short of memory does. */
  async killProxy(): Promise<void> {
    if (this.#proxy !== undefined) await endAll([this.#proxy]);
    this.#proxy = undefined;
  }

  async close(): Promise<void> {
    await this.killProxy();
    await endAll(this.#running);
    for (const path of [this.#names, this.root]) rmSync(path, { recursive: true, force: true });
    this.world.close();
  }
}
