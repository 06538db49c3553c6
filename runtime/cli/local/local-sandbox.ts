import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AGENT_HOST,
  AUDIT_FILE,
  processes,
  projection,
  statusPaths,
  type Reader,
} from 'kars-constructs/contract';
import * as z from 'zod';
import { programArguments } from '../programs.ts';
import { Child } from './child.ts';
import { writeProjectedVolume } from './documents-volume.ts';
import type { ManifestContainer, SandboxManifests } from './manifests.ts';
import { getStatus, untilReady } from './status.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';
import { expandVariables } from './variables.ts';

/** Where the traffic of a local run goes instead of into the world. */
export interface LocalOverrides {
  /** Endpoints by provider. */
  readonly providerEndpoints: Readonly<Record<string, string>>;
  /** `ADDRESS:PORT` by `HOST:PORT`. */
  readonly resolve: Readonly<Record<string, string>>;
  /** Content of the credential of each provider. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** A document whose digest a process enforces, beside the one that was synthesized. */
export interface DigestComparison {
  readonly process: Reader;
  readonly file: string;
  readonly synthesized: string;
  readonly enforced: string | null;
}

const policyStatus = z.looseObject({
  entries: z.array(z.looseObject({ kind: z.string(), digest: z.string().nullable() })),
  set: z.looseObject({ digest: z.string().nullable() }),
});

/** The sidecars of one synthesized sandbox as processes on this machine, from the synthesized bytes. */
export class LocalSandbox {
  /**
   * Lays out the volumes below `directory`, starts router and egress proxy, and waits until both are ready.
   *
   * @throws Error when one of them does not come up; nothing runs then.
   */
  static async start(
    manifests: SandboxManifests,
    directory: string,
    overrides: LocalOverrides,
  ): Promise<LocalSandbox> {
    const documents = join(directory, 'documents');
    await writeProjectedVolume(documents, manifests.documents);
    // Not below `directory`, which the user may want to keep.
    const credentials = makeTemporaryDirectory('kars-credentials-');
    for (const [provider, credential] of Object.entries(overrides.credentials)) {
      await writeFile(join(credentials.path, provider), credential, { mode: 0o600 });
    }
    const start = (name: Reader, container: ManifestContainer, own: readonly string[]): Child =>
      new Child({
        name,
        args: [
          ...programArguments(name),
          ...localArguments(container.args),
          `--documents=${documents}`,
          `--state=${join(directory, 'state', name)}`,
          ...own,
        ],
        env: {},
      });
    const sandbox = new LocalSandbox(manifests, directory, credentials, {
      router: start('router', manifests.router, [
        `--credentials=${credentials.path}`,
        ...pairs('provider-endpoint', overrides.providerEndpoints),
      ]),
      'egress-proxy': start(
        'egress-proxy',
        manifests.egressProxy,
        pairs('resolve', overrides.resolve),
      ),
    });
    try {
      await sandbox.#untilReady();
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  readonly #manifests: SandboxManifests;
  readonly #directory: string;
  readonly #credentials: TemporaryDirectory;
  readonly #sidecars: Readonly<Record<Reader, Child>>;

  private constructor(
    manifests: SandboxManifests,
    directory: string,
    credentials: TemporaryDirectory,
    sidecars: Readonly<Record<Reader, Child>>,
  ) {
    this.#manifests = manifests;
    this.#directory = directory;
    this.#credentials = credentials;
    this.#sidecars = sidecars;
  }

  /** What each process says that it enforces, beside what was synthesized. */
  async compareDigests(): Promise<DigestComparison[]> {
    return (await Promise.all(this.#readers.map((reader) => this.#compare(reader)))).flat();
  }

  /** The environment that the Deployment gives the agent, with the ports of this run. */
  async agentEnvironment(): Promise<Record<string, string>> {
    const ports = await Promise.all(
      this.#readers.map(async (reader): Promise<[string, string]> => [
        `${AGENT_HOST}:${processes[reader].agentPort}`,
        `${AGENT_HOST}:${await this.#sidecars[reader].port('agent')}`,
      ]),
    );
    return Object.fromEntries(
      Object.entries(expandVariables(this.#manifests.agent.env)).map(([name, value]) => [
        name,
        ports.reduce((text, [fixed, chosen]) => text.replaceAll(fixed, chosen), value),
      ]),
    );
  }

  /** File of the audit log of a process. */
  auditLog(reader: Reader): string {
    return join(this.#directory, 'state', reader, AUDIT_FILE);
  }

  /** Ends both processes, so that their logs are complete, and forgets the credentials. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#sidecars).map((child) => child.stop()));
    this.#credentials.remove();
  }

  get #readers(): Reader[] {
    return Object.keys(this.#sidecars) as Reader[];
  }

  async #untilReady(): Promise<void> {
    await Promise.all(
      this.#readers.map(async (reader) => {
        const child = this.#sidecars[reader];
        await child.port('agent');
        await untilReady(reader, await child.port('status'));
      }),
    );
  }

  async #compare(reader: Reader): Promise<DigestComparison[]> {
    const port = await this.#sidecars[reader].port('status');
    const { body } = await getStatus(port, statusPaths.policyStatus);
    const status = policyStatus.parse(JSON.parse(body));
    const enforced = new Map(status.entries.map(({ kind, digest }) => [kind, digest]));
    enforced.set(projection.set.statusKind, status.set.digest);
    return Object.values(projection)
      .filter(({ readers }) => (readers as readonly Reader[]).includes(reader))
      .filter(({ file }) => this.#manifests.digests.has(file))
      .map(({ file, statusKind }) => ({
        process: reader,
        file,
        synthesized: this.#manifests.digests.get(file) ?? '',
        enforced: enforced.get(statusKind) ?? null,
      }));
  }
}

/** The arguments of a container with the addresses of a local run. */
function localArguments(args: readonly string[]): string[] {
  // Nothing redirects the queries of a local run, so its names are those of the machine.
  const replaced = ['--listen-port=', '--status-host=', '--status-port=', '--dns-port='];
  return [
    ...args.filter((argument) => !replaced.some((option) => argument.startsWith(option))),
    '--listen-port=0',
    `--status-host=${AGENT_HOST}`,
    '--status-port=0',
  ];
}

const pairs = (option: string, entries: Readonly<Record<string, string>>): string[] =>
  Object.entries(entries).map(([name, value]) => `--${option}=${name}=${value}`);
