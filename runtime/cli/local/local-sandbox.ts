import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AGENT_HOST,
  AUDIT_FILE,
  processes,
  projection,
  statusPaths,
  type Reader,
} from 'kars-constructs/contract';
import { z } from 'zod';
import { programArguments } from '../programs.ts';
import { Child } from './child.ts';
import { writeProjectedVolume } from './documents-volume.ts';
import type { ManifestContainer, SandboxManifests } from './manifests.ts';

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
  /** Lays out the volumes below `directory`, and starts router and egress proxy. */
  static async start(
    manifests: SandboxManifests,
    directory: string,
    overrides: LocalOverrides,
  ): Promise<LocalSandbox> {
    const documents = join(directory, 'documents');
    const credentials = join(directory, 'credentials');
    await writeProjectedVolume(documents, manifests.documents);
    await mkdir(credentials, { recursive: true, mode: 0o700 });
    for (const [provider, credential] of Object.entries(overrides.credentials)) {
      await writeFile(join(credentials, provider), credential, { mode: 0o600 });
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
    const router = start('router', manifests.router, [
      `--credentials=${credentials}`,
      ...pairs('provider-endpoint', overrides.providerEndpoints),
    ]);
    const proxy = start('egress-proxy', manifests.egressProxy, pairs('resolve', overrides.resolve));
    const sandbox = new LocalSandbox(manifests, directory, { router, 'egress-proxy': proxy });
    await Promise.all([router.port('agent'), proxy.port('agent')]);
    return sandbox;
  }

  readonly #manifests: SandboxManifests;
  readonly #directory: string;
  readonly #sidecars: Readonly<Record<Reader, Child>>;

  private constructor(
    manifests: SandboxManifests,
    directory: string,
    sidecars: Readonly<Record<Reader, Child>>,
  ) {
    this.#manifests = manifests;
    this.#directory = directory;
    this.#sidecars = sidecars;
  }

  /** What each process says that it enforces, beside what was synthesized. */
  async compareDigests(): Promise<DigestComparison[]> {
    const readers = Object.keys(this.#sidecars) as Reader[];
    return (await Promise.all(readers.map((reader) => this.#compare(reader)))).flat();
  }

  /** The environment that the Deployment gives the agent, with the ports of this run. */
  async agentEnvironment(): Promise<Record<string, string>> {
    const ports = await Promise.all(
      (Object.keys(this.#sidecars) as Reader[]).map(async (reader): Promise<[string, string]> => [
        `${AGENT_HOST}:${processes[reader].agentPort}`,
        `${AGENT_HOST}:${await this.#sidecars[reader].port('agent')}`,
      ]),
    );
    return Object.fromEntries(
      this.#manifests.agent.env.map(({ name, value = '' }) => [
        name,
        ports.reduce((text, [fixed, chosen]) => text.replaceAll(fixed, chosen), value),
      ]),
    );
  }

  /** File of the audit log of a process. */
  auditLog(reader: Reader): string {
    return join(this.#directory, 'state', reader, AUDIT_FILE);
  }

  /** Ends both processes, so that their logs are complete. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#sidecars).map((child) => child.stop()));
  }

  async #compare(reader: Reader): Promise<DigestComparison[]> {
    const port = await this.#sidecars[reader].port('status');
    const response = await fetch(`http://${AGENT_HOST}:${port}${statusPaths.policyStatus}`);
    const status = policyStatus.parse(await response.json());
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
  const replaced = ['--listen-port=', '--status-host=', '--status-port='];
  return [
    ...args.filter((argument) => !replaced.some((option) => argument.startsWith(option))),
    '--listen-port=0',
    `--status-host=${AGENT_HOST}`,
    '--status-port=0',
  ];
}

const pairs = (option: string, entries: Readonly<Record<string, string>>): string[] =>
  Object.entries(entries).map(([name, value]) => `--${option}=${name}=${value}`);
