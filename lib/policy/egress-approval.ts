import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { annotations } from '../contract/api.ts';
import { compileEgressApproval } from '../contract/kinds/egress-approval/compile.ts';
import {
  egressApproval as definition,
  type EgressApprovalSpec,
} from '../contract/kinds/egress-approval/index.ts';
import {
  approvedSeconds,
  type EgressApprovalPayload,
} from '../contract/kinds/egress-approval/payload.ts';
import { formatEntry } from '../contract/kinds/kars-sandbox/egress-entry.ts';
import { suffixOf } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { problem, reportAtSynth } from '../private/problems.ts';
import { declareApproval } from '../sandbox/approvals-of.ts';
import type { Egress } from '../sandbox/egress.ts';
import type { KarsSandbox } from '../sandbox/kars-sandbox.ts';

/** Props of {@link EgressApproval}. */
export interface EgressApprovalProps extends CustomResourceProps {
  /** Sandbox that the approval is for. */
  readonly sandbox: KarsSandbox;
  /** 1 to 16 hosts and ports. */
  readonly hosts: readonly Egress[];
  /** Why, for the audit log; 1 to 512 characters. */
  readonly reason: string;
  /**
   * Number of a ticket; 1 to 128 characters.
   *
   * @default none
   */
  readonly ticket?: string;
  /** From when it counts. What is synthesized never depends on the clock, so there is no default. */
  readonly approvedAt: Date;
  /**
   * How long it lasts from then on, no longer than the sandbox lets approvals last.
   *
   * @default as long as `expiresAt` says; exactly one of both is given
   */
  readonly ttl?: Duration;
  /**
   * Until when it counts.
   *
   * @default as long as `ttl` says
   */
  readonly expiresAt?: Date;
}

/**
 * Lets a sandbox reach further hosts for a while: no longer than it says, whoever is alive, and whatever
 * becomes of the clock.
 */
export class EgressApproval extends CustomResource {
  constructor(scope: Construct, id: string, props: EgressApprovalProps) {
    const { sandbox, hosts } = props;
    const spec = toSpec(props);
    super(scope, id, props, () => ({
      definition,
      spec,
      problems: hosts.flatMap((entry, index) => [
        ...entry.validate(`hosts[${index}]`),
        ...unfitProblems(entry, `hosts[${index}]`),
      ]),
      annotations: { [annotations.realized]: 'synth' },
    }));
    if (this.acceptedSpec === undefined) return;
    const compiled = compileEgressApproval(spec);
    const problems = [
      ...(compiled.ok ? boundProblems(compiled.value, sandbox) : compiled.problems),
      ...this.#namespaceProblems(sandbox),
    ];
    if (compiled.ok && problems.length === 0) {
      declareApproval(sandbox, { source: this, payload: compiled.value });
    }
    reportAtSynth(this, problems);
  }

  #namespaceProblems({ name, namespace }: KarsSandbox): Problem[] {
    if (namespace === this.namespace) return [];
    const text = `got KarsSandbox ${namespace}/${name}, supply one in the namespace ${this.namespace}`;
    return [problem('KARS_REFERENCE_NAMESPACE', 'sandbox', text)];
  }
}

function toSpec(props: EgressApprovalProps): EgressApprovalSpec {
  const { sandbox, hosts, reason, ticket, approvedAt, ttl, expiresAt } = props;
  return {
    sandbox: sandbox.name,
    hosts: hosts.flatMap(({ spec: entry }) =>
      'host' in entry ? [{ host: entry.host, port: entry.port }] : [],
    ),
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    approvedAt: textOf(approvedAt),
    ...(ttl === undefined ? {} : { ttl: isoText(ttl) }),
    ...(expiresAt === undefined ? {} : { expiresAt: textOf(expiresAt) }),
  };
}

/** ISO 8601 in units that always last as long; that of cdk8s puts days behind the `T`. */
function isoText(duration: Duration): string {
  const seconds = duration.toSeconds();
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [`${hours}H`, `${minutes}M`, `${seconds % 60}S`];
  const text = parts.filter((part) => Number.parseInt(part, 10) > 0).join('');
  return `PT${text === '' ? '0S' : text}`;
}

/** A date that is none is refused by the schema. */
const textOf = (date: Date): string =>
  Number.isNaN(date.getTime()) ? String(date) : date.toISOString().replace('.000Z', 'Z');

/** The kind has single hosts and ports only. */
function unfitProblems({ spec }: Egress, path: string): Problem[] {
  const isExact = 'host' in spec && suffixOf(spec.host) === undefined;
  return isExact && spec.endPort === undefined
    ? []
    : [problem('KARS_EGRESS_HOST', path, `got ${formatEntry(spec)}, supply one host and one port`)];
}

/** What the sandbox would not take, or its network policies not let through. */
function boundProblems(payload: EgressApprovalPayload, sandbox: KarsSandbox): Problem[] {
  const bounds = sandbox.approvalBounds;
  if (bounds === undefined) return [];
  const seconds = approvedSeconds(payload);
  const closed = payload.hosts.filter(
    ({ port }) => !bounds.ports.some((open) => open.port <= port && port <= open.endPort),
  );
  return [
    ...(seconds <= bounds.seconds
      ? []
      : [
          problem(
            'KARS_APPROVAL_INVALID',
            'ttl',
            `got ${seconds} seconds, and ${sandbox.name} allows ${bounds.seconds}; shorten it, or raise approvals of the sandbox`,
          ),
        ]),
    ...closed.map(({ host, port }) =>
      problem(
        'KARS_APPROVAL_INVALID',
        'hosts',
        `got ${host}:${port}, and the network policies of ${sandbox.name} do not open port ${port}; name it in approvals of the sandbox`,
      ),
    ),
  ];
}
