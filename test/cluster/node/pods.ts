import type { Pod } from 'kubernetes-types/core/v1.js';
import type { ApplicableObject, Client } from '../client.ts';

/** Applies objects, namespaces first, as GitOps tools do. */
export async function applyAll(admin: Client, objects: readonly ApplicableObject[]): Promise<void> {
  const isNamespace = ({ kind }: ApplicableObject): boolean => kind === 'Namespace';
  const ordered = [...objects.filter(isNamespace), ...objects.filter((one) => !isNamespace(one))];
  for (const object of ordered) {
    const { ok, message } = await admin.apply(object);
    if (!ok) throw new Error(`${object.kind} ${object.metadata.name}: ${message}`);
  }
}

/** The pods of a namespace. */
export async function podsIn(admin: Client, namespace: string): Promise<Pod[]> {
  const { body } = await admin.call('GET', `/api/v1/namespaces/${namespace}/pods`);
  return (body as { items?: Pod[] }).items ?? [];
}

/**
 * Waits for a pod of a namespace that `accepts` takes.
 *
 * @throws Error with what `kubectl describe` would show.
 */
export async function waitForPod(
  admin: Client,
  namespace: string,
  accepts: (pod: Pod) => boolean,
  seconds = 60,
): Promise<Pod> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const found = (await podsIn(admin, namespace)).find(accepts);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(await describePods(admin, namespace));
}

/** True once every container runs and is ready. */
export const isReady = ({ status }: Pod): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** True once a container has ended. */
export const hasEnded =
  (container: string) =>
  ({ status }: Pod): boolean =>
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some(
      ({ name, state, lastState }) =>
        name === container && (state?.terminated !== undefined || lastState?.terminated !== undefined), // prettier-ignore
    );

/** The log of one container. */
export async function logsOf(admin: Client, pod: Pod, container: string): Promise<string> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=${container}`;
  const { text, message } = await admin.call('GET', path);
  return message === '' ? text : message;
}

/** The first line of JSON that a container writes. */
export async function firstJsonLine(
  admin: Client,
  pod: Pod,
  container: string,
  seconds = 30,
): Promise<Readonly<Record<string, unknown>>> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const log = await logsOf(admin, pod, container);
    const line = log.split('\n').find((text) => text.startsWith('{'));
    if (line !== undefined) return JSON.parse(line) as Readonly<Record<string, unknown>>;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${container} reported nothing:\n${await logsOf(admin, pod, container)}`);
}

/** An event of a namespace, as the user sees it. */
export interface SeenEvent {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Waits for an event of a namespace that `accepts` takes. */
export async function waitForEvent(
  admin: Client,
  namespace: string,
  accepts: (event: SeenEvent) => boolean,
  seconds = 60,
): Promise<SeenEvent> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const { body } = await admin.call('GET', `/api/v1/namespaces/${namespace}/events`);
    const found = ((body as { items?: SeenEvent[] }).items ?? []).find(accepts);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(await describePods(admin, namespace));
}

async function describePods(admin: Client, namespace: string): Promise<string> {
  const pods = await podsIn(admin, namespace);
  const lines = await Promise.all(pods.map((pod) => describePod(admin, pod)));
  const { body } = await admin.call('GET', `/api/v1/namespaces/${namespace}/events`);
  const events = (body as { items?: { reason: string; message: string }[] }).items ?? [];
  return [
    `no pod of ${namespace} came to the awaited state`,
    ...lines,
    ...events.map(({ reason, message }) => `${reason}: ${message}`),
  ].join('\n');
}

async function describePod(admin: Client, pod: Pod): Promise<string> {
  const states = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  const logs = await Promise.all(
    states.map(async ({ name, state }) => {
      const log = await logsOf(admin, pod, name);
      return `  ${name} ${JSON.stringify(state)}\n${log.slice(-1500)}`;
    }),
  );
  return [`${pod.metadata?.name ?? ''} ${pod.status?.phase ?? ''}`, ...logs].join('\n');
}
