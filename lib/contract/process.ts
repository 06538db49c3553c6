import { limitOptions } from './egress-limits.ts';
import { contentCategories, type ContentCategory, type Severity } from './kinds/content-safety.ts';
import type { Reader } from './projection.ts';
import { runtimeSet } from './runtime-set.ts';
import { CREDENTIALS_DIR, DOCUMENTS_DIR, IDENTITY_DIR, STATE_DIR } from './projection.ts';

/** What is fixed about a sidecar process: the same numbers in the pod, in packet rules and in probes. */
export interface ProcessRow {
  readonly uid: number;
  /** Port on loopback, for the agent. */
  readonly agentPort: number;
  /** Port on the pod IP, for kubelet, scraper and platform: health, metrics and status, GET only. */
  readonly statusPort: number;
  /** Port on loopback that answers DNS for the agent, over UDP and TCP. */
  readonly dnsPort?: number;
  /** The only TCP ports on loopback that it may itself connect to. @default it may connect to anything */
  readonly reaches?: readonly number[];
}

/** The sidecar processes of a sandbox. */
export const processes = {
  router: { uid: 1001, agentPort: 8443, statusPort: 9080 },
  'egress-proxy': { uid: 1002, agentPort: 8444, statusPort: 9081, dnsPort: 5353 },
} as const satisfies Readonly<Record<Reader, ProcessRow>>;

/** Ports that no program of the agent can serve: they answer for the sidecars only. */
export const takenPorts: readonly number[] = Object.values(processes)
  .flatMap((row: ProcessRow) => [row.agentPort, row.statusPort, row.dnsPort ?? []])
  .flat();

/** User and group of the agent container. */
export const AGENT_UID = 1000;

/** Loopback address that the sidecars serve the agent on. */
export const AGENT_HOST = '127.0.0.1';

/** Paths that every sidecar serves on its status port. */
export const statusPaths = {
  live: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  status: '/internal/status',
  policyStatus: '/internal/policy-status',
} as const;

/** What they answer; GET is the only method, and none of them changes anything. */
export const statusMeanings: Readonly<Record<keyof typeof statusPaths, string>> = {
  live: '200 while the process runs',
  ready: '200 when it can serve the agent, 503 with the reason otherwise',
  metrics: 'metrics in the text format of Prometheus',
  status:
    'whether it is ready, the set in force, and of the router circuits, identities and budget: what `kars status` shows',
  policyStatus:
    'each document in force with its digest, and settings that override one, in the form of kars v0.1.x',
};

/** Command-line options of every sidecar, in the form that `util.parseArgs` of Node takes. */
export const commonOptions = {
  sandbox: { type: 'string' },
  documents: { type: 'string', default: DOCUMENTS_DIR },
  state: { type: 'string', default: STATE_DIR },
  /** Bytes of the audit log, at which every call is denied. @default no bound but the volume */
  'audit-limit': { type: 'string' },
  /** Days that audit records are kept at least; parts of the log that are older are removed. @default all are kept */
  'audit-retention-days': { type: 'string' },
  /** Proxy that connections to hosts and providers go through, as canonical JSON. @default they are dialled */
  'parent-proxy': { type: 'string' },
  /** File with `user:password` for the parent proxy. @default nobody signs in */
  'parent-proxy-credentials': { type: 'string' },
  'listen-host': { type: 'string', default: AGENT_HOST },
  'listen-port': { type: 'string' },
  'status-host': { type: 'string' },
  'status-port': { type: 'string' },
} as const;

/** Options of the router besides {@link commonOptions}. */
export const routerOptions = {
  credentials: { type: 'string', default: CREDENTIALS_DIR },
  identity: { type: 'string', default: IDENTITY_DIR },
  /** `HOST=URL`: asks for tokens elsewhere than at this authority. For local runs and tests; no document can set it. */
  'token-endpoint': { type: 'string', multiple: true },
  /** Most output tokens that a policy may allow for one request; a set with one that allows more is refused. */
  'token-ceiling': { type: 'string' },
  /** Highest severity of content that a policy may let pass, `CATEGORY:SEVERITY` with a comma between; a set with one that lets more pass is refused. @default no floor */
  'content-floor': { type: 'string' },
  /** What providers may do for the agent at most, names with a comma between; a set with a policy that allows more is refused. @default nothing */
  'provider-reach': { type: 'string' },
  /** Base URL of a collector that gets a span of each call, by OTLP over HTTP. @default nothing is traced */
  traces: { type: 'string' },
  /** `NAME=URL`: sends the calls for a provider elsewhere. For local runs and tests; no document can set it. */
  'provider-endpoint': { type: 'string', multiple: true },
} as const;

/** Options of the egress proxy besides {@link commonOptions}. */
export const egressProxyOptions = {
  /** `HOST:PORT=ADDRESS:PORT`: dials that address instead of resolving. For local runs and tests; no document can set it. */
  resolve: { type: 'string', multiple: true },
  /** Where DNS is answered, over UDP and TCP. @default it is not: local runs redirect nothing there */
  'dns-port': { type: 'string' },
  /** Where approvals are read. */
  approvals: { type: 'string', default: runtimeSet.directory },
  /** Longest time that an approval may last, in seconds; a longer one is refused. @default none is taken */
  'approval-ceiling': { type: 'string' },
  /** Until when a document may have every host let through, RFC 3339; one that says later is refused. @default never */
  'learn-ceiling': { type: 'string' },
  /** Who may sign the allow-list, as canonical JSON; a set without a list that one of them signed is refused. @default no list is signed */
  'allowlist-signers': { type: 'string' },
  /** Repository that the signed allow-list has to come from. */
  'allowlist-repository': { type: 'string' },
  ...limitOptions,
} as const;

/** Variable of a sidecar that holds the address of its pod, for its arguments. */
export const POD_IP_VARIABLE = 'KARS_POD_IP';

/** Beginning of the argument of the router that no policy may go above. */
export const TOKEN_CEILING = '--token-ceiling=';

/** Beginning of the argument of the router that says where its spans go. */
export const TRACES = '--traces=';

/** The floors of the router: none where the platform has none. */
export const tokenCeiling = (tokens: number | undefined): string[] =>
  tokens === undefined ? [] : [`${TOKEN_CEILING}${tokens}`];

/** Beginning of the argument of the router that says how far the content of answers may go. */
export const CONTENT_FLOOR = '--content-floor=';

/** The argument for a floor of content: none where the platform has none. */
export const contentFloor = (
  floor: Readonly<Partial<Record<ContentCategory, Severity>>> = {},
): string[] => {
  const given = contentCategories.filter((category) => floor[category] !== undefined);
  return given.length === 0
    ? []
    : [`${CONTENT_FLOOR}${given.map((category) => `${category}:${floor[category]}`).join(',')}`];
};

/** Beginning of the argument of the router that says what providers may do at most. */
export const PROVIDER_REACH = '--provider-reach=';

/** Beginning of the argument of a sidecar for the bytes of its audit log. */
export const AUDIT_LIMIT = '--audit-limit=';

/** Beginning of the argument of a sidecar for the days that its audit records are kept. */
export const AUDIT_RETENTION = '--audit-retention-days=';

/** Beginning of the argument of the egress proxy that no approval may last longer than. */
export const APPROVAL_CEILING = '--approval-ceiling=';

/** Beginning of the argument of the egress proxy until when it may learn. */
export const LEARN_CEILING = '--learn-ceiling=';

/** Beginning of the argument of the egress proxy that says who may sign its allow-list. */
export const ALLOWLIST_SIGNERS = '--allowlist-signers=';

/** Beginning of the argument of the egress proxy that says which repository its allow-list comes from. */
export const ALLOWLIST_REPOSITORY = '--allowlist-repository=';

/** The arguments of a sidecar in the pod of `sandbox`; Kubernetes expands the variable. */
export function podArguments(reader: Reader, sandbox: string): string[] {
  const { agentPort, statusPort, dnsPort }: ProcessRow = processes[reader];
  return [
    `--sandbox=${sandbox}`,
    `--listen-port=${agentPort}`,
    `--status-host=$(${POD_IP_VARIABLE})`,
    `--status-port=${statusPort}`,
    ...(dnsPort === undefined ? [] : [`--dns-port=${dnsPort}`]),
  ];
}
