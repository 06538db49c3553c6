import type { FastifyInstance } from 'fastify';
import { isDecision, type AuditRecord } from 'kars-constructs/contract';
import { AuditTailReader } from './audit-tail.ts';
import { Evaluations, type EvaluationsOptions } from './evaluations.ts';

/** What the routes need. */
export interface AgtOptions extends EvaluationsOptions {
  /** The log of the process. */
  readonly auditFile: string;
}

/** As many as kars v0.1.x shows. */
const ENTRIES = 100;

/** What agents of kars v0.1.x ask of their governance, by path. None of it changes anything. */
export const agtRoutes = {
  evaluate: {
    method: 'POST',
    path: '/agt/evaluate',
    meaning: 'what the policy would decide about an action; nothing is counted by a bound',
  },
  status: {
    method: 'GET',
    path: '/agt/status',
    meaning: 'digests in force, and how often each verdict was given',
  },
  audit: {
    method: 'GET',
    path: '/agt/audit',
    meaning: 'the last decisions of the router, a hundred at most',
  },
  verify: {
    method: 'GET',
    path: '/agt/audit/verify',
    meaning: 'whether the end of the audit log of the router holds',
  },
} as const;

/** Serves them. */
export function serveAgt(app: FastifyInstance, options: AgtOptions): void {
  const { snapshot, governance, auditFile } = options;
  const { sandbox } = governance;
  const evaluations = new Evaluations(options);
  const tail = new AuditTailReader(auditFile);

  app.post(agtRoutes.evaluate.path, ({ body }) => evaluations.evaluate(body));

  app.get(agtRoutes.status.path, () => {
    const current = snapshot();
    return {
      sandbox,
      engine: governance.engine,
      policy: { set: current?.setDigest ?? null, tools: current?.digest('tool-policy') ?? null },
      evaluations: evaluations.counts,
    };
  });

  app.get(agtRoutes.audit.path, async () => {
    const { records } = await tail.read();
    const entries = records.filter(isDecision).slice(-ENTRIES).map(entryOf);
    return { entries, count: entries.length, sandbox };
  });

  app.get(agtRoutes.verify.path, async () => {
    const { records, fault } = await tail.read();
    const { length: entries } = records;
    const message =
      fault ?? `the last ${entries} records hold; kars audit verify looks at the whole log`;
    return { integrity: fault === undefined ? 'valid' : 'COMPROMISED', entries, sandbox, message };
  });
}

const entryOf = ({ surface, target, sandbox, decision, code, time }: AuditRecord) => ({
  action: `${surface}:${target}`,
  agent_id: sandbox,
  decision,
  result: code === '' ? 'success' : code,
  timestamp: time,
});
