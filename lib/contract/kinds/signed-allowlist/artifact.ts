import * as z from 'zod';
import { canonicalJson } from '../../canonical.ts';
import { port } from '../../primitives.ts';
import { failure, success, type Problem, type Result } from '../../problem.ts';
import { interpreted, problemsOf } from '../../schema-problems.ts';
import {
  compileEgressAllowlist,
  egressAllowlistPayload,
  hostPattern,
} from '../kars-sandbox/egress-allowlist.ts';

/** Media type of the artifact and of its one layer. */
export const ALLOWLIST_ARTIFACT_TYPE = 'application/vnd.kars.egress-allowlist.v2+json';

/** Host of a registry with a path, without tag or digest. */
const REPOSITORY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/;

/** What operators may approve: a host, or every host below `*.suffix`, with a port or a range of ports. */
const approvable = z.strictObject({
  host: hostPattern,
  port: port(),
  endPort: port().optional(),
});

/** A repository of a registry, such as `registry.example.com/policies/egress`. */
export const repositoryName = z.string().max(255).regex(REPOSITORY);

/** What is signed: everything that a sandbox may connect to, and where it belongs. */
export const allowlistArtifact = z.strictObject({
  /** Where the artifact is published; a signature does not say so, and no other repository may carry it. */
  repository: repositoryName,
  /** Given by the author; a process refuses one below what it has accepted before. */
  generation: z.int().min(1),
  /** Who signs a list says what it allows, so nothing is learned beside it. */
  allowlist: egressAllowlistPayload.omit({ learn: true }),
  /** What operators may approve; nothing when absent. */
  approvable: z.array(approvable).max(10_000).optional(),
});

/** What is signed. */
export type AllowlistArtifact = z.output<typeof allowlistArtifact>;

/** The bytes that are signed: canonical JSON. */
export const encodeAllowlistArtifact = (artifact: AllowlistArtifact): string =>
  canonicalJson(artifact);

/** Reads the bytes that were signed; any other spelling of the same is refused. */
export function decodeAllowlistArtifact(text: string): Result<AllowlistArtifact> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failure(malformed('artifact', 'is not JSON; build it with kars policy push'));
  }
  const parsed = allowlistArtifact.safeParse(json, interpreted);
  if (!parsed.success) {
    return failure(...problemsOf(parsed.error, 'KARS_ALLOWLIST_MALFORMED', 'artifact'));
  }
  return encodeAllowlistArtifact(inOrder(parsed.data)) === text
    ? success(parsed.data)
    : failure(malformed('artifact', 'is not in canonical form; build it with kars policy push'));
}

/** The same with its lists in the one order that a compiled list has. */
function inOrder({ allowlist, ...rest }: AllowlistArtifact): AllowlistArtifact {
  const { entries, blockedHosts, encryptedHello } = allowlist;
  const compiled = compileEgressAllowlist({
    allowedEndpoints: entries,
    blockedHosts,
    ...(encryptedHello === undefined ? {} : { encryptedHello: 'Outer' }),
  });
  return { ...rest, allowlist: compiled.ok ? compiled.value : allowlist };
}

const malformed = (path: string, message: string): Problem => ({
  path,
  code: 'KARS_ALLOWLIST_MALFORMED',
  message,
});

/** Whether an approval of this host and port stays inside what the artifact says. */
export const isApprovable = (artifact: AllowlistArtifact, host: string, port: number): boolean =>
  (artifact.approvable ?? []).some(
    ({ host: pattern, port: first, endPort = first }) =>
      first <= port &&
      port <= endPort &&
      (pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))),
  );
