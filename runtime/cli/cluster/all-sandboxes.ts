import { CommandError } from '../exit-codes.ts';
import type { SandboxPlace, SandboxReader } from './kube-client.ts';
import { readSandbox, withoutPod, type SandboxReport } from './sandbox-status.ts';

/** Sandboxes that are read at once: an API server has others to serve. */
const AT_ONCE = 8;

/** Reads every sandbox of a cluster; one that cannot be read is told of as one that is wrong. */
export async function readAllSandboxes(reader: SandboxReader): Promise<SandboxReport[]> {
  const places = await reader.sandboxes();
  const reports: SandboxReport[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const some = places.slice(at, at + AT_ONCE).map((place) => readOne(reader, place));
    reports.push(...(await Promise.all(some)));
  }
  return reports;
}

async function readOne(reader: SandboxReader, place: SandboxPlace): Promise<SandboxReport> {
  try {
    return await readSandbox(reader, place.namespace, place.sandbox);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return withoutPod(place, [error.message]);
  }
}
