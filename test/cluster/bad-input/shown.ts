import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import type { Client } from '../client.ts';
import { logsOf, podsIn } from '../node/pods.ts';

/** Where a user looks when an agent does not start. */
export type Place = 'describe' | 'router log' | 'egress-proxy log';

/** What a user sees there about the pod of a namespace. */
export async function shownIn(place: Place, admin: Client, namespace: string): Promise<string> {
  const pods = await podsIn(admin, namespace);
  if (place === 'describe') {
    return [...pods.flatMap(messagesOf), ...(await eventsOf(admin, namespace))].join('\n');
  }
  const container = place.split(' ')[0] ?? '';
  return (await Promise.all(pods.map((pod) => logsOf(admin, pod, container)))).join('\n');
}

/** Whether a program of the agent has run, by what the kubelet reports. */
export async function hasAgentStarted(admin: Client, namespace: string): Promise<boolean> {
  const agents = (await podsIn(admin, namespace)).flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).filter(({ name }) => name === 'agent'),
  );
  return agents.some(({ state, lastState }) =>
    [state, lastState].some(
      (one) => one?.running !== undefined || ![undefined, 126, 127, 128].includes(one?.terminated?.exitCode), // prettier-ignore
    ),
  );
}

function messagesOf({ status }: Pod): string[] {
  const conditions = (status?.conditions ?? []).map(
    ({ reason = '', message = '' }) => `${reason} ${message}`,
  );
  const containers = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ].flatMap(statesOf);
  return [...conditions, ...containers];
}

const statesOf = ({ name, state, lastState }: ContainerStatus): string[] =>
  [state, lastState].flatMap((one) =>
    [one?.waiting, one?.terminated].map(
      (found) => `${name} ${found?.reason ?? ''} ${found?.message ?? ''}`,
    ),
  );

async function eventsOf(admin: Client, namespace: string): Promise<string[]> {
  const { body } = await admin.call('GET', `/api/v1/namespaces/${namespace}/events`);
  const { items = [] } = body as { items?: { reason: string; message: string }[] };
  return items.map(({ reason, message }) => `${reason} ${message}`);
}
