import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { componentPath, etcdPath } from './binaries.ts';
import { Client } from './client.ts';
import { freePort, ServerProcess } from './server-process.ts';

/** A real etcd and a real API server, on loopback, for tests. */
export interface Cluster {
  /** Member of system:masters. */
  readonly admin: Client;
  /** A user without any right. */
  readonly nobody: Client;
  /** Tokens of the two. */
  readonly tokens: { readonly admin: string; readonly nobody: string };
  /** The client of whoever has a token. */
  readonly as: (token: string) => Client;
  /** Address of the API server. */
  readonly url: string;
  /** File of the certificate that the API server has. */
  readonly certificate: string;
  readonly stop: () => Promise<void>;
}

/** What a cluster with a node has besides. */
export interface ClusterOptions {
  /** Lines of the token file: token, user, id, groups. */
  readonly users?: readonly string[];
  /** Arguments of the API server. */
  readonly arguments?: readonly string[];
}

/** Without a controller manager nothing makes the service accounts that pods name. */
const withoutServiceAccounts = ['--disable-admission-plugins=ServiceAccount'];

const HOST = '127.0.0.1';

/** Starts both servers with an empty store, and waits until they serve. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'kars-cluster-'));
  const etcdUrl = `http://${HOST}:${await freePort()}`;
  const etcd = startEtcd(directory, etcdUrl, `http://${HOST}:${await freePort()}`);
  const port = await freePort();
  const tokens = {
    admin: randomBytes(16).toString('hex'),
    nobody: randomBytes(16).toString('hex'),
  };
  try {
    await etcd.ready(async () => (await fetch(`${etcdUrl}/health`)).ok);
    const server = startApiServer(directory, etcdUrl, port, tokens, options);
    const stop = async (): Promise<void> => {
      await server.stop();
      await etcd.stop();
      rmSync(directory, { recursive: true, force: true });
    };
    try {
      const connect = await connector(directory, port, server);
      const clients = new Map<string, Client>();
      const as = (token: string): Client => {
        const client = clients.get(token) ?? connect(token);
        clients.set(token, client);
        return client;
      };
      const admin = as(tokens.admin);
      await server.ready(async () => (await admin.call('GET', '/readyz')).ok);
      return {
        admin,
        nobody: as(tokens.nobody),
        tokens,
        as,
        url: `https://${HOST}:${port}`,
        certificate: certificateIn(directory),
        stop: async () => {
          await Promise.all([...clients.values()].map((client) => client.close()));
          await stop();
        },
      };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await etcd.stop();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

function startEtcd(directory: string, client: string, peer: string): ServerProcess {
  const program = etcdPath();
  if (program === undefined) throw new Error('[KARS_CLUSTER_ETCD] run npm run setup:cluster');
  return new ServerProcess('etcd', program, [
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ]);
}

function startApiServer(
  directory: string,
  etcdUrl: string,
  port: number,
  tokens: { readonly admin: string; readonly nobody: string },
  { users: more = [], arguments: extra = withoutServiceAccounts }: ClusterOptions,
): ServerProcess {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  const users = [
    `${tokens.admin},admin,admin,system:masters`,
    `${tokens.nobody},nobody,nobody`,
    ...more,
    '',
  ].join('\n');
  return new ServerProcess('kube-apiserver', componentPath('kube-apiserver'), [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    `--secure-port=${port}`,
    `--cert-dir=${join(directory, 'tls')}`,
    `--token-auth-file=${file('tokens.csv', users)}`,
    '--authorization-mode=Node,RBAC',
    '--anonymous-auth=false',
    '--allow-privileged=true',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('sa.pub', publicKey.export({ type: 'spki', format: 'pem' }))}`,
    `--service-account-signing-key-file=${file('sa.key', privateKey.export({ type: 'pkcs8', format: 'pem' }))}`,
    '--enable-admission-plugins=NodeRestriction,PodSecurity',
    ...extra,
  ]);
}

const certificateIn = (directory: string): string => join(directory, 'tls', 'apiserver.crt');

/** Clients that trust the certificate which the server makes for itself at its first start. */
async function connector(
  directory: string,
  port: number,
  server: ServerProcess,
): Promise<(token: string) => Client> {
  const certificate = certificateIn(directory);
  await server.ready(() => Promise.resolve(existsSync(certificate)));
  const ca = readFileSync(certificate, 'utf8');
  return (token) => new Client(`https://${HOST}:${port}`, token, ca);
}
