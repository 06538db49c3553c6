import type { Reader, SidecarStatus } from 'kars-constructs/contract';
import { Gauge, type Registry } from 'prom-client';
import { DocumentStore } from '../policy/document-store.ts';
import type { Floor } from '../policy/floor.ts';
import type { Snapshot } from '../policy/snapshot.ts';
import { StateDirectory, type StateDirectoryOptions } from '../state/state-directory.ts';
import type { CommonArguments } from './arguments.ts';
import { DecisionRecorder } from './decision-recorder.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { stopOnSignal } from './shutdown.ts';
import { writeStatus } from './status-records.ts';
import { startStatusServer } from './status-server.ts';

/** What every sidecar is built from. */
export interface Sidecar {
  readonly log: Log;
  readonly documents: DocumentStore;
  readonly recorder: DecisionRecorder;
  /** For metrics of the process beside those that all have. */
  readonly registry: Registry;
  /** Says where the agent is served, which makes the process ready, and ends it together with everything else. */
  serving(port: number, close: () => Promise<void>): void;
}

/** What one process has besides. */
export interface OwnParts {
  /** Settings that send traffic elsewhere than the documents say. */
  readonly overrides: readonly string[];
  readonly floor: Floor;
  /** Reads what it keeps in the state directory. */
  readonly readState: StateDirectoryOptions['read'];
  /** What it says of itself under the documents in force. @default nothing */
  readonly status?: (snapshot: Snapshot | undefined) => Partial<SidecarStatus>;
}

/** Takes the state directory, opens the documents, and serves the status. */
export async function startSidecar(
  reader: Reader,
  { sandbox, documents: directory, state: stateDirectory, audit, agent, status }: CommonArguments,
  { overrides, floor, readState, status: ownStatus = () => ({}) }: OwnParts,
): Promise<Sidecar> {
  const log = createLog(reader);
  const metrics = createMetrics();
  const state = await StateDirectory.open({
    directory: stateDirectory,
    log,
    audit,
    read: readState,
  });
  new Gauge({
    name: 'kars_audit_bytes',
    help: 'Bytes of the audit log; every call is denied when it has as many as it may have.',
    registers: [metrics.registry],
    collect() {
      this.set(state.auditBytes);
    },
  });
  const documents = await DocumentStore.open({ directory, reader, log, overrides, floor });
  if (overrides.length > 0) log.warn('overrides', { overrides });
  let isServing = false;
  const notReady = (): string | undefined =>
    state.notReady() ?? documents.notReady() ?? (isServing ? undefined : 'does not listen yet');
  const statusNow = (): SidecarStatus => {
    const reason = notReady();
    const { set } = documents.status();
    return {
      ready: reason === undefined,
      reason: reason ?? '',
      set: set.digest ?? '',
      refused: set.last_error ?? '',
      ...ownStatus(documents.snapshot()),
    };
  };
  const server = await startStatusServer(
    {
      notReady,
      status: statusNow,
      policyStatus: () => documents.status(),
      registry: metrics.registry,
    },
    status,
  );
  log.info('listening', { listener: 'status', host: status.host, port: server.port });
  const recorder = new DecisionRecorder({ sandbox, process: reader, audit: state, log, metrics });
  return {
    log,
    documents,
    recorder,
    registry: metrics.registry,
    serving: (agentPort, close) => {
      isServing = true;
      const endStatus = writeStatus(log, statusNow);
      log.info('listening', { listener: 'agent', host: agent.host, port: agentPort });
      stopOnSignal(log, notReady, async () => {
        endStatus();
        await close();
        await recorder.close();
        await server.close();
        await documents.close();
        await state.close();
      });
    },
  };
}

/** Ends the process with a record that says why: exit code 2 for a wrong argument, 1 otherwise. */
export function failStart(reader: Reader, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  createLog(reader).error('start-failed', { code, error: message });
  process.exit(code === 'KARS_ARGUMENT_INVALID' ? 2 : 1);
}
