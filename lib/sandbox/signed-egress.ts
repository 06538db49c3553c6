import { canonicalJson } from '../contract/canonical.ts';
import {
  egressEntries,
  type EgressAllowlistPayload,
} from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import { formatEntry, type EgressEntry } from '../contract/kinds/kars-sandbox/egress-entry.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import {
  ALLOWLIST_ARTIFACT_TYPE,
  type AllowlistArtifact,
} from '../contract/kinds/signed-allowlist/artifact.ts';
import { readAllowlistManifest } from '../contract/kinds/signed-allowlist/manifest.ts';
import type { SignedAllowlistPayload } from '../contract/kinds/signed-allowlist/payload.ts';
import { encodeSigners } from '../contract/kinds/signed-allowlist/signers.ts';
import { ALLOWLIST_REPOSITORY, ALLOWLIST_SIGNERS } from '../contract/process.ts';
import type { Problem } from '../contract/problem.ts';
import type { AllowlistSigners } from '../policy/allowlist-signers.ts';

/** A signed allow-list, such as `SignedAllowlist` of `kars-constructs/signing` verifies. */
export interface SignedEgress {
  /** Who may sign. */
  readonly signers: AllowlistSigners;
  /** Repository that it has to come from. */
  readonly repository: string;
  /** What the process loads and verifies again; undefined when it is refused. */
  readonly payload: SignedAllowlistPayload | undefined;
  /** What was signed; undefined when it is refused. */
  readonly artifact: AllowlistArtifact | undefined;
  /** Everything that is refused about it. */
  validate(): Problem[];
}

type NetworkPolicySpec = NonNullable<KarsSandboxSpec['networkPolicy']>;

/** The part of a custom resource that a signed list stands in. */
export function signedSpec({
  payload,
  artifact,
}: SignedEgress): Pick<
  NetworkPolicySpec,
  'allowedEndpoints' | 'blockedHosts' | 'encryptedHello' | 'allowlistRef'
> {
  if (payload === undefined || artifact === undefined) return {};
  const { entries, blockedHosts, encryptedHello } = artifact.allowlist;
  const [place = '', digest = ''] = payload.reference.split('@');
  const [registry = '', ...repository] = place.split('/');
  return {
    allowedEndpoints: entries.map((entry) => ({ ...entry })),
    ...(blockedHosts === undefined ? {} : { blockedHosts: [...blockedHosts] }),
    ...(encryptedHello === undefined ? {} : { encryptedHello: 'Outer' }),
    allowlistRef: {
      registry,
      repository: repository.join('/'),
      digest,
      artifactType: readAllowlistManifest(payload.manifest)?.type ?? ALLOWLIST_ARTIFACT_TYPE,
    },
  };
}

/** The arguments of the egress proxy that have it take signed lists alone. */
export const signedArguments = (signed: SignedEgress | undefined): string[] =>
  signed === undefined
    ? []
    : [
        `${ALLOWLIST_SIGNERS}${encodeSigners(signed.signers.policy)}`,
        `${ALLOWLIST_REPOSITORY}${signed.repository}`,
      ];

/** What a sandbox lists itself, beside a signed list. */
export interface OwnEgress {
  /** `egress`; the signed list alone counts when absent. */
  readonly entries: readonly EgressEntry[] | undefined;
  /** Entries that other props bring. */
  readonly implied: readonly EgressEntry[];
  readonly blockedHosts: readonly string[] | undefined;
  readonly encryptedHello: 'refuse' | 'outer' | undefined;
  readonly isLearning: boolean;
}

/** Where the list of a sandbox is not what was signed: the signed one is in force, the other only looks so. */
export function differenceProblems(signed: EgressAllowlistPayload, own: OwnEgress): Problem[] {
  const listed = new Map(signed.entries.map((entry) => [canonicalJson(entry), entry]));
  const named = egressEntries([...(own.entries ?? []), ...own.implied]);
  const texts = new Set(named.map((entry) => canonicalJson(entry)));
  const added = named.filter((entry) => !listed.has(canonicalJson(entry)));
  const left =
    own.entries === undefined
      ? []
      : [...listed].filter(([text]) => !texts.has(text)).map(([, entry]) => entry);
  return [
    ...added.map((entry) => differs('egress', `got ${formatEntry(entry)}, which is not signed`)),
    ...left.map((entry) => differs('egress', `got no ${formatEntry(entry)}, which is signed`)),
    ...blockedProblems(signed, own),
    ...(own.isLearning ? [differs('learning', 'got a time in which any host is reached')] : []),
    ...(own.encryptedHello === undefined ||
    own.encryptedHello === (signed.encryptedHello ?? 'refuse')
      ? []
      : [differs('encryptedHello', `got ${own.encryptedHello}, which is not what is signed`)]),
  ];
}

function blockedProblems(signed: EgressAllowlistPayload, own: OwnEgress): Problem[] {
  if (own.blockedHosts === undefined) return [];
  const [listed, named] = [signed.blockedHosts ?? [], own.blockedHosts].map((hosts) =>
    [...new Set(hosts)].sort().join(' '),
  );
  return listed === named ? [] : [differs('blockedHosts', 'got other hosts than are signed')];
}

const differs = (path: string, got: string): Problem => ({
  path,
  code: 'KARS_ALLOWLIST_DIFFERS',
  message: `${got}; leave the prop out, or publish and sign another generation`,
});
