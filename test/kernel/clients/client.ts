import { dirname } from 'node:path';
import { fixedVariables } from '../../../lib/sandbox/agent-environment.ts';
import type { Stage } from './site/stage.ts';

/** How a connection gets to the proxy: the client asks it, or packet rules redirect what it sends anywhere. */
export type Way = 'explicit' | 'transparent';

/** What a client is started with. */
export interface Start {
  readonly host: string;
  readonly way: Way;
  /** Where the proxy is that it asks in the explicit way, on loopback. */
  readonly proxyPort: number;
  /** Whether it is to do without TLS, if it can. */
  readonly isPlain: boolean;
  readonly stage: Pick<Stage, 'root' | 'certificate' | 'identity' | 'knownHosts'>;
  /** An empty directory of its own. */
  readonly directory: string;
}

/** What a client says when it does not get through: what a person has to go on. */
export interface Refusals {
  /** The proxy answers that it does not connect; undefined for a client that knows of no proxy. */
  readonly byAnswer?: string;
  /** DNS does not have the name. */
  readonly byName: string;
  /** An alert of TLS, or a reset, ends the connection. */
  readonly byEnd: string | RegExp;
  /** The proxy answers a request without TLS that it does not forward it; undefined for who makes none. */
  readonly plainly?: string;
}

/** A program as its users call it. */
export interface Client {
  readonly command: (start: Start) => readonly string[];
  readonly environment?: (start: Start) => Readonly<Record<string, string>>;
  /** What it prints when it has reached the site. */
  readonly prints: string;
  readonly refused: Refusals;
}

/** The environment of a client: what a sandbox gives its agent, and what the client needs besides. */
export function environmentOf(client: Client, start: Start): Readonly<Record<string, string>> {
  const { certificate } = start.stage;
  const proxy = `http://127.0.0.1:${start.proxyPort}`;
  const variables = Object.entries(fixedVariables).map(([name, value]) => [
    name,
    /^https?_proxy$/i.test(name) ? proxy : value,
  ]);
  return {
    // Scripts of npm start the Node.js that is first in the path.
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    LC_ALL: 'C',
    HOME: start.directory,
    SSL_CERT_FILE: certificate,
    NODE_EXTRA_CA_CERTS: certificate,
    REQUESTS_CA_BUNDLE: certificate,
    ...(start.way === 'explicit' ? (Object.fromEntries(variables) as Record<string, string>) : {}),
    ...client.environment?.(start),
  };
}

/** Clients by what they are called. */
export type Clients = Readonly<Record<string, Client>>;

/** Clones the repository that is named next into a directory, and prints its commits. */
export const cloning = [
  'sh',
  '-c',
  'git clone -q "$0" "$1" && git -C "$1" log --format=%s',
] as const;

/** What the proxy says of a host that no entry names. */
export const NOT_ALLOWED = 'KARS_EGRESS_NOT_ALLOWED: no entry names denied.example port 443';

/** The same for a request without TLS. */
export const NOT_FORWARDED = 'KARS_EGRESS_NOT_ALLOWED';
