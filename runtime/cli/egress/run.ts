import {
  approvalFile,
  CLOCK_FILE,
  encodeClockAcceptance,
  annotations,
  type AttemptRecord,
  type EgressApprovalPayload,
} from 'kars-constructs/contract';
import { approvalsClient, type ApprovalsClient } from '../cluster/approvals-client.ts';
import { connect, loadConfig, type ClusterOptions } from '../cluster/kube-client.ts';
import { CommandError } from '../exit-codes.ts';
import { awaitEffect } from './await-effect.ts';
import { targetsIn, type TargetAttempts } from './attempted-targets.ts';
import { listApprovals, type ListedApproval } from './listed-approvals.ts';
import { newApproval, type ApprovalRequest } from './new-approval.ts';

/** Where a sandbox runs. */
export interface Place {
  readonly namespace: string;
  readonly sandbox: string;
}

/** An approval that was given. */
export interface ApproveResult extends EgressApprovalPayload {
  /** `namespace/name`. */
  readonly approval: string;
  /** Whether the egress proxy says that it counts. */
  readonly inForce: boolean;
}

/** An approval that was taken back. */
export interface RevokeResult {
  /** `namespace/name`. */
  readonly approval: string;
  /** Whether the egress proxy says that it counts no more. */
  readonly ended: boolean;
}

type Progress = (text: string) => void;

/** What fits into one answer: of more, the API server would leave out the end. */
const TAIL = { tailLines: 5000 } as const;

/** The targets that the egress proxy has denied, or let through to learn, from its log. */
export async function readTargets(
  place: Place,
  event: AttemptRecord['event'],
  options: ClusterOptions,
): Promise<TargetAttempts[]> {
  const reader = connect(options);
  const [pod] = await reader.pods(place.namespace, place.sandbox);
  if (pod === undefined) {
    throw new CommandError('failed', `there is no pod of ${place.sandbox} in ${place.namespace}`);
  }
  return targetsIn(await reader.log(pod, 'egress-proxy', TAIL), event);
}

/** The approvals that operators gave. */
export async function readApprovals(
  { namespace }: Place,
  options: ClusterOptions,
): Promise<ListedApproval[]> {
  return listApprovals(await approvalsClient(loadConfig(options)).read(namespace));
}

/** Writes an approval down, opens its hosts, and waits until the egress proxy says so. */
export async function approve(
  place: Place,
  request: Omit<ApprovalRequest, 'sandbox'>,
  options: ClusterOptions,
  progress: Progress,
): Promise<ApproveResult> {
  const { namespace, sandbox } = place;
  const client = approvalsClient(loadConfig(options));
  const granted = await client.read(namespace);
  const { resource, payload, file, body } = newApproval({ ...request, sandbox }, granted);
  const { name, namespace: owner = '' } = resource.metadata;
  await client.create(resource);
  try {
    // Whoever approves says what time it is, too: an earlier jump of the clock must not undo it.
    await client.write(namespace, { [file]: body, ...wordOnTime(owner, granted.serverTime) });
  } catch (error) {
    await client.remove(owner, name);
    throw error;
  }
  const approval = `${owner}/${name}`;
  const wait = { ...place, approval, file, event: 'approval-in-force' } as const;
  const inForce = await takesEffect(client, wait, options, progress);
  return { approval, ...payload, inForce };
}

/** Ends an approval, and waits until the egress proxy says so. */
export async function revoke(
  place: Place,
  name: string,
  options: ClusterOptions,
  progress: Progress,
): Promise<RevokeResult> {
  const { namespace } = place;
  const client = approvalsClient(loadConfig(options));
  const granted = await client.read(namespace);
  const file = approvalFile(name);
  const found = listApprovals(granted).find((one) => one.name === name);
  if (found === undefined) {
    throw new CommandError('usage', `operators gave no approval ${name}; kars egress approvals lists them`); // prettier-ignore
  }
  const owner = granted.annotations[annotations.ownerNamespace] ?? 'default';
  await client.write(namespace, { [file]: null });
  await client.remove(owner, name);
  const approval = `${owner}/${name}`;
  const wait = { ...place, approval, file, event: 'approval-ended' } as const;
  const ended = found.state !== 'in force' || (await takesEffect(client, wait, options, progress));
  return { approval, ended };
}

/** Says that the time of the API server is that of the node. */
export async function acceptClock(
  { namespace, sandbox }: Place,
  options: ClusterOptions,
): Promise<{ readonly acceptedAt: string }> {
  const client = approvalsClient(loadConfig(options));
  const { annotations: said, serverTime } = await client.read(namespace);
  await client.write(namespace, wordOnTime(said[annotations.ownerNamespace] ?? '', serverTime));
  await client.refresh(namespace, sandbox, serverTime.toISOString());
  return { acceptedAt: serverTime.toISOString() };
}

function wordOnTime(namespace: string, time: Date): Readonly<Record<string, string>> {
  const source = { kind: 'Operator', namespace, name: 'clock' };
  return { [CLOCK_FILE]: encodeClockAcceptance(source, { acceptedAt: time.toISOString() }).body };
}

async function takesEffect(
  client: ApprovalsClient,
  wait: Parameters<typeof awaitEffect>[1],
  options: ClusterOptions,
  progress: Progress,
): Promise<boolean> {
  const started = performance.now();
  // The kubelet compares the value with the last one, so it has to be new.
  await client.refresh(wait.namespace, wait.sandbox, new Date().toISOString());
  const { seen, refused } = await awaitEffect(connect(options), wait);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (seen) progress(`in effect after ${seconds} s`);
  else if (refused !== '') progress(`written, and without effect: ${refused}`);
  else progress(`written, and the egress proxy has not said so within ${seconds} s`);
  return seen;
}
