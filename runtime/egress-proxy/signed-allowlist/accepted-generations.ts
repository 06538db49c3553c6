import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Problem } from 'kars-constructs/contract';
import * as z from 'zod';
import { StateFault } from '../../state/state-fault.ts';

const FILE = 'accepted-generations.json';

const accepted = z.strictObject({
  repository: z.string(),
  generation: z.int(),
  digest: z.string(),
});

const stored = z.strictObject({ version: z.literal(1), accepted: z.array(accepted) });

/** A generation of the allow-list of a repository. */
export type Generation = z.output<typeof accepted>;

/**
 * The latest generation of each repository that this process has accepted. It stands on the state volume,
 * so neither an eviction nor a rollout brings an earlier one back.
 */
export class AcceptedGenerations {
  #path: string | undefined;
  #latest = new Map<string, Generation>();

  /**
   * Reads what the state directory holds; nothing is accepted before.
   *
   * @throws StateFault when it was altered.
   */
  readonly read = async (directory: string): Promise<void> => {
    const path = join(directory, FILE);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const list = text === undefined ? [] : generationsIn(text);
    if (list === undefined) throw brokenGenerations(path);
    // A volume may come back without what was kept on it, and this process still knows.
    const known = later(this.#latest, list);
    if (known.size > 0) await keep(path, known);
    this.#latest = known;
    this.#path = path;
  };

  /** Accepts a generation and keeps it, or says why it does not count. */
  async accept(next: Generation): Promise<Problem[]> {
    const path = this.#path;
    if (path === undefined) return [refused('is not accepted while the state directory is away')];
    const latest = this.#latest.get(next.repository);
    if (latest?.digest === next.digest) return [];
    if (latest !== undefined && next.generation <= latest.generation) {
      return [
        refused(
          `got ${next.generation}, and ${latest.generation} (${latest.digest}) was accepted before; publish the content under a new generation with kars policy bump`,
        ),
      ];
    }
    const kept = new Map(this.#latest).set(next.repository, next);
    try {
      await keep(path, kept);
    } catch (error) {
      return [refused(`is not accepted, since it cannot be kept: ${String(error)}`)];
    }
    this.#latest = kept;
    return [];
  }
}

/** The later generation of each repository. */
function later(
  known: ReadonlyMap<string, Generation>,
  read: readonly Generation[],
): Map<string, Generation> {
  const latest = new Map(known);
  for (const each of read) {
    const other = latest.get(each.repository);
    if (other === undefined || other.generation < each.generation)
      latest.set(each.repository, each);
  }
  return latest;
}

/** Writes the file so that neither the process nor the node can end with half of it, or without it. */
async function keep(path: string, generations: ReadonlyMap<string, Generation>): Promise<void> {
  const text = JSON.stringify({ version: 1, accepted: [...generations.values()] });
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function generationsIn(text: string): Generation[] | undefined {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.accepted : undefined;
  } catch {
    return undefined;
  }
}

const refused = (message: string): Problem => ({
  path: 'signed-allowlist.json.generation',
  code: 'KARS_ALLOWLIST_GENERATION',
  message,
});

const brokenGenerations = (path: string): StateFault =>
  new StateFault(
    'KARS_GENERATIONS_BROKEN',
    `${path} was altered, so nobody knows which generation of the allow-list was accepted last; restore it, or give the sandbox a new state volume`,
  );
