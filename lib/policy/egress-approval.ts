import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { egressApproval as definition } from '../contract/kinds/egress-approval.ts';
import { formatEntry } from '../contract/kinds/kars-sandbox/egress-entry.ts';
import { suffixOf } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { problem } from '../private/problems.ts';
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
  /** How long it lasts from the moment it takes effect. */
  readonly ttl: Duration;
}

/**
 * A request to let a sandbox reach further hosts for a while. It is checked at synth and recorded;
 * nothing in the cluster acts on it in this release, and admission says so.
 */
export class EgressApproval extends CustomResource {
  constructor(scope: Construct, id: string, props: EgressApprovalProps) {
    const { sandbox, hosts, reason, ttl } = props;
    super(scope, id, props, () => ({
      definition,
      spec: {
        sandbox: sandbox.name,
        hosts: hosts.flatMap(({ spec: entry }) =>
          'host' in entry ? [{ host: entry.host, port: entry.port }] : [],
        ),
        reason,
        ttl: ttl.toIsoString(),
      },
      problems: hosts.flatMap((entry, index) => [
        ...entry.validate(`hosts[${index}]`),
        ...unfitProblems(entry, `hosts[${index}]`),
      ]),
    }));
  }
}

/** The kind has single hosts and ports only. */
function unfitProblems({ spec }: Egress, path: string): Problem[] {
  const isExact = 'host' in spec && suffixOf(spec.host) === undefined;
  return isExact && spec.endPort === undefined
    ? []
    : [problem('KARS_EGRESS_HOST', path, `got ${formatEntry(spec)}, supply one host and one port`)];
}
