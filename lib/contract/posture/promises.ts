/** Names of the promises; `depth` is what holds below all policy. */
export type PromiseId =
  'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P9' | 'P10' | 'depth';

/** A promise of the platform, and what of it this release does not have. */
export interface PlatformPromise {
  readonly id: PromiseId;
  readonly text: string;
  /** What keeps the promise in every sandbox; empty where nothing does yet. */
  readonly by: readonly string[];
  /** What belongs to the promise and is not there yet. */
  readonly missing: readonly string[];
}

/** Every promise, in the order in which they are told. */
export const platformPromises: readonly PlatformPromise[] = [
  {
    id: 'P1',
    text: 'the agent holds no cloud, model or Kubernetes credential',
    by: [
      'no container of the agent mounts a service-account token',
      'only the router mounts credentials of providers',
    ],
    missing: [],
  },
  {
    id: 'P2',
    text: 'the agent has no network but the sidecars of its own pod',
    by: [
      'packet rules that the egress guard loads and probes, IPv4 and IPv6',
      'NetworkPolicies that deny by default',
    ],
    missing: [],
  },
  {
    id: 'P3',
    text: 'every outbound call is decided by policy, and denied by default',
    by: [
      'the router decides model calls',
      'the egress proxy decides connections, and dials the address that it checked',
    ],
    missing: [],
  },
  {
    id: 'P4',
    text: 'policy that is missing, malformed or unsigned denies; the last good one stays',
    by: [
      'documents are taken as one set, each by its digest, or not at all',
      'an allow-list with signers is verified when it is loaded, and goes back to no earlier generation',
    ],
    missing: ['signatures on the other documents'],
  },
  {
    id: 'P5',
    text: 'budgets are hard and survive a restart',
    by: [
      'the router caps the output tokens of a request',
      'it charges budgets of hours, days and months before a call, on the state volume',
    ],
    missing: ['budgets by model and in money'],
  },
  {
    id: 'P6',
    text: 'safety verdicts depend neither on chunks nor on the surface',
    by: [
      'the router judges what the provider says of prompt and answers, and refuses what is silent',
    ],
    missing: ['scanners of its own, and a service that judges content for providers which do not'],
  },
  {
    id: 'P7',
    text: 'messages between agents are end-to-end encrypted and follow the trust graph',
    by: [],
    missing: ['the mesh'],
  },
  {
    id: 'P8',
    text: 'every decision is in an append-only audit log that survives restart',
    by: [
      'each sidecar chains its records by hash, and denies what it cannot record',
      'it signs anchors of the chain, with a key that it makes on the state volume',
    ],
    missing: ['a signing key from outside the sandbox'],
  },
  {
    id: 'P9',
    text: 'what is synthesized is what runs',
    by: [
      'sidecars report the digests that they enforce',
      'the pod template pins the digests of packet rules and launch document',
    ],
    missing: [],
  },
  {
    id: 'P10',
    text: 'no field is without effect in silence',
    by: ['admission warns of fields that nothing acts on'],
    missing: [],
  },
  {
    id: 'depth',
    text: 'what the agent can do to files and kernel is bounded, whatever policy says',
    by: [
      'read-only root without capabilities',
      'Landlock and the system-call filter of the launcher',
      'the same filter as seccomp profile of agent and sidecars, unless a sandbox says otherwise',
    ],
    missing: [],
  },
];
