import { processes, statusRecord, type StatusRecord } from 'kars-constructs/contract';
import type { ContainerState, ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import type { PodReader } from './kube-client.ts';
import { providerFaults, routerReport, type RouterReport } from './router-report.ts';

/** What is known of one container. */
export interface ContainerReport {
  readonly name: string;
  /** `running`, or `waiting` and `ended` with a reason. */
  readonly state: string;
  readonly restarts: number;
  /** Digest of the document set that a sidecar has in force. */
  readonly set: string;
  /** Everything that is wrong with it. */
  readonly why: readonly string[];
}

/** What is known of a sandbox. */
export interface SandboxReport extends RouterReport {
  readonly namespace: string;
  readonly sandbox: string;
  readonly pod: string;
  readonly phase: string;
  /** Whether everything that was asked for holds. */
  readonly ok: boolean;
  /** What is wrong with the pod as a whole. */
  readonly why: readonly string[];
  readonly containers: readonly ContainerReport[];
}

const sidecars: readonly string[] = Object.keys(processes);

/** Lines enough for a quiet process, and the time within which a busy one repeats its status. */
const PARTS = [{ tailLines: 500 }, { sinceSeconds: 120 }] as const;

/** Reads the pod of a sandbox, and the newest status of its sidecars from their logs. */
export async function readSandbox(
  reader: PodReader,
  namespace: string,
  sandbox: string,
): Promise<SandboxReport> {
  const [pod] = await reader.pods(namespace, sandbox);
  if (pod === undefined) {
    const causes = 'it is suspended, waits for its schedule, was refused, or is not applied';
    const how = `see kubectl -n ${namespace} get events`;
    const why = [`there is no pod of ${sandbox} in ${namespace}: ${causes}; ${how}`];
    return withoutPod({ namespace, sandbox }, why);
  }
  const records = new Map<string, StatusRecord>();
  for (const { name, containerID = '' } of statusesOf(pod)) {
    // Of a pod without a node, and of a container that never ran, there is no log to ask for.
    if (!sidecars.includes(name) || containerID === '') continue;
    const record = await newestStatus(reader, pod, name);
    if (record !== undefined) records.set(name, record);
  }
  return { namespace, sandbox, ...describePod(pod, records) };
}

/** The report of a sandbox of which no pod can be looked at. */
export const withoutPod = (
  { namespace, sandbox }: Pick<SandboxReport, 'namespace' | 'sandbox'>,
  why: readonly string[],
): SandboxReport => ({
  ...{ namespace, sandbox, pod: '', phase: 'None', ok: false, why, containers: [] },
  ...routerReport(undefined),
});

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

async function newestStatus(reader: PodReader, pod: Pod, name: string) {
  for (const part of PARTS) {
    const record = statusIn(await reader.log(pod, name, part));
    if (record !== undefined) return record;
  }
  return undefined;
}

/** The last status record of a log. */
export function statusIn(log: string): StatusRecord | undefined {
  return log
    .split('\n')
    .toReversed()
    .map((line) => statusRecord.safeParse(parse(line)))
    .find(({ success }) => success)?.data;
}

/** What a pod and the records of its sidecars say together. */
export function describePod(
  pod: Pod,
  records: ReadonlyMap<string, StatusRecord>,
): Omit<SandboxReport, 'namespace' | 'sandbox'> {
  const { metadata, status } = pod;
  const containers = statusesOf(pod).map((container) =>
    describeContainer(container, records.get(container.name)),
  );
  const sets = new Set(containers.flatMap(({ set }) => (set === '' ? [] : [set])));
  const why = [
    ...(status?.message === undefined ? [] : [`${status.reason ?? ''}: ${status.message}`]),
    ...(status?.conditions ?? []).flatMap(({ type, status: is, message }) =>
      type === 'PodScheduled' && is === 'False' ? [`not scheduled: ${message ?? ''}`] : [],
    ),
    ...(sets.size > 1 ? ['the sidecars have different document sets in force'] : []),
  ];
  const phase = status?.phase ?? 'Unknown';
  return {
    pod: metadata?.name ?? '',
    phase,
    ok:
      ['Running', 'Succeeded'].includes(phase) &&
      why.length === 0 &&
      containers.every((container) => container.why.length === 0),
    why,
    containers,
    ...routerReport(records.get('router')),
  };
}

function describeContainer(
  { name, state, lastState, restartCount }: ContainerStatus,
  record: StatusRecord | undefined,
): ContainerReport {
  // A container that runs again is told of by what it says itself.
  const states = state?.running === undefined ? [state, lastState] : [];
  const silent =
    state?.running !== undefined && sidecars.includes(name) && record === undefined
      ? ['its log has no status']
      : [];
  const told =
    record === undefined
      ? []
      : [record.reason, record.refused, ...providerFaults(routerReport(record))];
  const why = [...states.flatMap(faultOf), ...told, ...silent].filter((text) => text !== '');
  return {
    name,
    state: wordsOf(state),
    restarts: restartCount,
    set: record?.set ?? '',
    why: [...new Set(why)],
  };
}

function wordsOf(state: ContainerState | undefined): string {
  if (state?.running !== undefined) return 'running';
  if (state?.terminated !== undefined) return `ended with ${state.terminated.exitCode}`;
  return `waiting: ${state?.waiting?.reason ?? 'unknown'}`;
}

/** Reasons to wait that are no fault of the container. */
const HARMLESS = ['PodInitializing', 'ContainerCreating'];

function faultOf(state: ContainerState | undefined): string[] {
  const [waiting, terminated] = [state?.waiting, state?.terminated];
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return [lastWords(terminated.message ?? terminated.reason ?? '')];
  }
  if (waiting === undefined || HARMLESS.includes(waiting.reason ?? '')) return [];
  return [`${waiting.reason ?? ''}: ${waiting.message ?? ''}`];
}

/** Our programs end with a record that says why; of others the last line is taken. */
function lastWords(message: string): string {
  const lines = message.trim().split('\n').toReversed();
  for (const line of lines) {
    const value = parse(line);
    if (typeof value !== 'object' || value === null) continue;
    if ('code' in value && 'error' in value)
      return `[${String(value.code)}] ${String(value.error)}`;
    if ('notReady' in value) return String(value.notReady);
  }
  return lines[0] ?? '';
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
