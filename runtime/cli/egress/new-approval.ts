import {
  API_VERSION,
  annotations,
  approvedSeconds,
  compileEgressApproval,
  egressApproval,
  encodeApproval,
  formatProblem,
  normalHost,
  validateManifest,
  type CustomResource,
  type EgressApprovalPayload,
  type EgressApprovalSpec,
} from 'kars-constructs/contract';
import type { GrantedApprovals } from '../cluster/approvals-client.ts';
import { CommandError } from '../exit-codes.ts';

/** What somebody asks to approve. */
export interface ApprovalRequest {
  readonly sandbox: string;
  /** `HOST` or `HOST:PORT`. */
  readonly hosts: readonly string[];
  readonly reason: string;
  readonly ticket: string | undefined;
  /** ISO 8601, such as PT4H. */
  readonly ttl: string;
  readonly name: string | undefined;
}

/** An approval as it is written into a cluster. */
export interface NewApproval {
  readonly resource: CustomResource<EgressApprovalSpec>;
  readonly payload: EgressApprovalPayload;
  /** Key in the ConfigMap. */
  readonly file: string;
  readonly body: string;
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The approval that a request asks for, from the time of the API server on.
 *
 * @throws CommandError when the sandbox would not take it; nothing is written then.
 */
export function newApproval(
  request: ApprovalRequest,
  { serverTime, annotations: said }: Pick<GrantedApprovals, 'serverTime' | 'annotations'>,
): NewApproval {
  const { sandbox, reason, ticket, ttl } = request;
  const hosts = request.hosts.map(hostOf);
  const spec: EgressApprovalSpec = {
    sandbox,
    hosts,
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    approvedAt: serverTime.toISOString().replace('.000Z', 'Z'),
    ttl,
  };
  const name = request.name ?? nameOf(hosts[0]?.host ?? '', serverTime);
  if (!NAME.test(name)) throw wrong(`got the name ${JSON.stringify(name)}, supply a DNS label`);
  const resource = {
    apiVersion: API_VERSION,
    kind: egressApproval.kind,
    metadata: {
      name,
      namespace: said[annotations.ownerNamespace] ?? 'default',
      annotations: { [annotations.realized]: 'operator' },
    },
    spec,
  };
  const checked = validateManifest(egressApproval, resource);
  const compiled = checked.ok ? compileEgressApproval(spec) : checked;
  if (!compiled.ok) throw wrong(compiled.problems.map(formatProblem).join('; '));
  const payload = compiled.value;
  checkBounds(payload, said);
  const source = { kind: egressApproval.kind, namespace: resource.metadata.namespace, name };
  return { resource, payload, ...encodeApproval(source, payload) };
}

function checkBounds(payload: EgressApprovalPayload, said: GrantedApprovals['annotations']): void {
  const ceiling = Number(said[annotations.approvalCeiling] ?? 0);
  const seconds = approvedSeconds(payload);
  if (ceiling === 0) throw wrong(`the sandbox ${payload.sandbox} takes no approvals`);
  if (seconds > ceiling) {
    throw wrong(`got ${seconds} seconds, the sandbox allows ${ceiling}; supply a shorter --ttl`);
  }
  const open = (said[annotations.approvalPorts] ?? '').split(',').map(rangeOf);
  const closed = payload.hosts.find(
    ({ port }) => !open.some(({ first, last }) => first <= port && port <= last),
  );
  if (closed === undefined) return;
  const ports = said[annotations.approvalPorts] ?? 'none';
  throw wrong(
    `got port ${closed.port} of ${closed.host}, and the network policies of the sandbox open ${ports}; name it in approvals of the KarsSandbox and deploy it`,
  );
}

function rangeOf(text: string): { readonly first: number; readonly last: number } {
  const [first = '', last = first] = text.split('-');
  return { first: Number(first), last: Number(last) };
}

function hostOf(text: string): { readonly host: string; readonly port: number } {
  const [, name = '', digits = '443'] = /^([^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = normalHost(name);
  if (host !== undefined) return { host, port: Number(digits) };
  throw wrong(
    `got ${JSON.stringify(text)}, supply HOST or HOST:PORT such as api.example.com:443; an address needs an entry of the KarsSandbox`,
  );
}

/** A name that says what for, and that no other approval has. */
const nameOf = (host: string, time: Date): string =>
  `${host.replace(/[^a-z0-9]+/g, '-').slice(0, 40)}-${Math.floor(time.getTime() / 1000).toString(36)}`;

const wrong = (message: string): CommandError => new CommandError('usage', message);
