import type { RequestOptions } from 'node:https';
import { loadConfig, type ClusterOptions } from '../../../runtime/cli/cluster/kube-client.ts';
import { Client } from '../../cluster/client.ts';

/**
 * The client of whoever a kubeconfig names, by token, certificate or program.
 *
 * @throws CommandError when there is none.
 */
export async function clientOf(options: ClusterOptions): Promise<Client> {
  const config = loadConfig(options);
  const asked: RequestOptions = {};
  await config.applyToHTTPSOptions(asked);
  const headers = asked.headers as Readonly<Record<string, string>> | undefined;
  const token = (headers?.['Authorization'] ?? '').replace(/^Bearer /, '');
  const text = (value: unknown): string =>
    typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : '';
  const [cert, key] = [text(asked.cert), text(asked.key)];
  return new Client(
    config.getCurrentCluster()?.server ?? '',
    token,
    text(asked.ca),
    {},
    cert === '' ? {} : { cert, key },
  );
}
