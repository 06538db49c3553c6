import { failure, success, type Problem, type Result } from '../../problem.ts';
import { interpreted, problemsOf } from '../../schema-problems.ts';
import { DEFAULT_EGRESS_PORT } from '../kars-sandbox/egress-allowlist.ts';
import type { EgressApprovalSpec } from './index.ts';
import { egressApprovalPayload, type EgressApprovalPayload } from './payload.ts';

/**
 * The payload of an approval, or why it has none. Nothing in it depends on when it is compiled: without
 * `approvedAt` a duration has no end.
 */
export function compileEgressApproval(spec: EgressApprovalSpec): Result<EgressApprovalPayload> {
  const { sandbox, hosts, reason, ticket, approvedAt, ttl } = spec;
  if (approvedAt === undefined) return refused('approvedAt', 'got none, supply when it was given');
  const expiresAt = spec.expiresAt ?? endOf(approvedAt, ttl ?? '');
  if (expiresAt === undefined) {
    const text = `got ${JSON.stringify(ttl ?? '')}, supply days, hours, minutes or seconds such as PT4H; months and years have no length`;
    return refused('ttl', text);
  }
  const parsed = egressApprovalPayload.safeParse(
    {
      sandbox,
      hosts: hosts.map(({ host, port }) => ({ host, port: port ?? DEFAULT_EGRESS_PORT })),
      reason,
      ...(ticket === undefined || ticket === null ? {} : { ticket }),
      approvedAt: exact(approvedAt),
      expiresAt: exact(expiresAt),
    },
    interpreted,
  );
  if (parsed.success) return success(parsed.data);
  const problems = problemsOf(parsed.error, 'KARS_APPROVAL_INVALID', 'spec');
  return failure(...problems);
}

const refused = (field: string, message: string): Result<never> => {
  const found: Problem = { path: `spec.${field}`, code: 'KARS_APPROVAL_INVALID', message };
  return failure(found);
};

/** Instants of one spelling; what is none stays, for the schema to refuse. */
const exact = (instant: string): string => {
  const time = Date.parse(instant);
  return Number.isNaN(time) ? instant : new Date(time).toISOString().replace('.000Z', 'Z');
};

/** Units of ISO 8601 that always last as long. */
const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

const SECONDS_OF = [604_800, 86_400, 3600, 60, 1];

function endOf(approvedAt: string, ttl: string): string | undefined {
  const [, ...counts] = DURATION.exec(ttl) ?? [];
  const units = SECONDS_OF.map((unit, index) => unit * Number(counts[index] ?? 0));
  const end = new Date(Date.parse(approvedAt) + units.reduce((sum, unit) => sum + unit, 0) * 1000);
  return counts.length === 0 || Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}
