import { dirname, join } from 'node:path';
import type { AuditRecord, Reader } from 'kars-constructs/contract';
import { onTestFinished } from 'vitest';
import { AuditLog } from '../../runtime/audit/audit-log.ts';
import { readAuditLog } from '../../runtime/audit/verify.ts';
import { DocumentStore } from '../../runtime/policy/document-store.ts';
import { DecisionRecorder } from '../../runtime/service/decision-recorder.ts';
import { createLog } from '../../runtime/service/log.ts';
import { createMetrics } from '../../runtime/service/metrics.ts';
import { temporaryDirectory, writeDocuments, type Payloads } from './documents.ts';

/** The parts of a sidecar without its listeners, for a test. */
export interface TestSidecar {
  readonly documents: DocumentStore;
  readonly recorder: DecisionRecorder;
  /** Directory that the documents are read from. */
  readonly directory: string;
  /** What the process logged. */
  readonly logged: readonly string[];
  /** The decisions that the process audited so far. */
  readonly audited: () => Promise<AuditRecord[]>;
  /** The ends of connections that it audited so far. */
  readonly auditedEnds: () => Promise<AuditRecord[]>;
  readonly auditFile: string;
  /** From now on nothing can be recorded. */
  readonly closeAudit: () => Promise<void>;
}

/** Opens documents and audit log as a sidecar does. Without payloads there is no document set. */
export async function openSidecar(reader: Reader, payloads?: Payloads): Promise<TestSidecar> {
  const root = temporaryDirectory();
  const directory = join(root, 'documents');
  const auditFile = join(root, 'state', 'audit.jsonl');
  const logged: string[] = [];
  const log = createLog(reader, (line) => logged.push(line));
  if (payloads !== undefined) writeDocuments(directory, payloads);
  const documents = await DocumentStore.open({ directory, reader, log, pollMilliseconds: 50 });
  const audit = await AuditLog.open(dirname(auditFile));
  onTestFinished(async () => {
    await documents.close();
    await audit.close().catch(() => undefined);
  });
  return {
    documents,
    directory,
    logged,
    auditFile,
    closeAudit: () => audit.close(),
    recorder: new DecisionRecorder({
      sandbox: 'reader',
      process: reader,
      audit,
      log,
      metrics: createMetrics(),
    }),
    audited: async () => (await recordsIn(auditFile)).filter(({ traffic }) => !traffic),
    auditedEnds: async () => (await recordsIn(auditFile)).filter(({ traffic }) => traffic),
  };
}

async function recordsIn(file: string): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const step of readAuditLog(file)) {
    if (!step.ok) throw new Error(step.message);
    records.push(step.record);
  }
  return records;
}
