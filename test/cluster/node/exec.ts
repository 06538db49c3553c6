import type { Pod } from 'kubernetes-types/core/v1.js';
import type { RawData } from 'ws';
import type { Client } from '../client.ts';
import type { Finished } from './ctr.ts';

/** Channels of the protocol; the first byte of each message names one. */
const channels = { stdout: 1, stderr: 2, status: 3 } as const;

/** How a command ended, as the API server reports it. */
interface ExecStatus {
  readonly status: string;
  readonly message?: string;
  readonly details?: { readonly causes?: { readonly reason: string; readonly message: string }[] };
}

/**
 * Runs a command in a container, as `kubectl exec` does.
 *
 * @throws Error when the server refuses, or the command cannot be started.
 */
export async function execIn(
  admin: Client,
  pod: Pod,
  container: string,
  command: readonly string[],
): Promise<Finished> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const query = new URLSearchParams([
    ['container', container],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...command.map((word): [string, string] => ['command', word]),
  ]);
  const written = { 1: '', 2: '', 3: '' };
  const { promise: closed, resolve: close } = Promise.withResolvers<undefined>();
  await admin.stream(
    `/api/v1/namespaces/${namespace}/pods/${name}/exec?${query.toString()}`,
    'v5.channel.k8s.io',
    (socket) => {
      socket.once('close', () => close(undefined));
      socket.on('message', (message) => {
        const bytes = bytesOf(message);
        const channel = bytes[0];
        if (channel !== 1 && channel !== 2 && channel !== 3) return;
        written[channel] += bytes.toString('utf8', 1);
      });
    },
  );
  await closed;
  return {
    code: exitCode(written[channels.status]),
    stdout: written[channels.stdout],
    stderr: written[channels.stderr],
  };
}

function exitCode(text: string): number {
  const { status, message, details } = JSON.parse(text) as ExecStatus;
  if (status === 'Success') return 0;
  const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (cause === undefined) throw new Error(message ?? text);
  return Number(cause.message);
}

/** A message of a WebSocket as one buffer. */
export function bytesOf(message: RawData): Buffer {
  if (Array.isArray(message)) return Buffer.concat(message);
  return Buffer.isBuffer(message) ? message : Buffer.from(message);
}
