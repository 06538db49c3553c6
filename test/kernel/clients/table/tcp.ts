import { join } from 'node:path';
import { cloning, type Clients, type Start } from '../client.ts';

/** Sends a connection of SSH through the proxy by the program that its manual names for that. */
const proxyCommand = (port: number): string =>
  `ProxyCommand=nc.openbsd -X connect -x 127.0.0.1:${port} %h %p`;

const ssh = ({ stage, way, proxyPort }: Start): string[] => [
  ...['ssh', '-F', 'none', '-i', stage.identity, '-l', 'root'],
  ...['-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${stage.knownHosts}`],
  ...(way === 'explicit' ? ['-o', proxyCommand(proxyPort)] : []),
];

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** Programs whose protocols the proxy does not look into; those that can be told of a proxy are. */
export const tcpClients: Clients = {
  ssh: {
    command: (start) => [...ssh(start), start.host, 'echo the site runs a command'],
    prints: 'the site runs a command',
    refused: {
      byAnswer:
        'Proxy error: "HTTP/1.1 403 Forbidden, KARS_EGRESS_NOT_ALLOWED: no entry names denied.example port 22"',
      byName: 'Could not resolve hostname denied.example',
      // Or by `UNKNOWN`, when it asks for the address after the reset.
      byEnd: 'Connection reset by ',
    },
  },
  'git over ssh': {
    command: ({ host, stage, directory }) => [
      ...cloning,
      `ssh://${host}${stage.root}/git/part.git`,
      join(directory, 'part'),
    ],
    environment: (start) => ({ GIT_SSH_COMMAND: quoted(ssh(start)) }),
    prints: 'a commit of a site',
    refused: {
      byAnswer:
        'Proxy error: "HTTP/1.1 403 Forbidden, KARS_EGRESS_NOT_ALLOWED: no entry names denied.example port 22"',
      byName: 'Could not resolve hostname denied.example',
      // Or by `UNKNOWN`, when it asks for the address after the reset.
      byEnd: 'Connection reset by ',
    },
  },
  psql: {
    command: ({ host }) => ['psql', '-X', '-At', '-h', host, '-U', 'agent', '-c', 'select said'],
    prints: 'a row of a site',
    refused: {
      byName: 'could not translate host name "denied.example" to address',
      // The second one when it has begun to speak.
      byEnd: /Connection reset by peer|server closed the connection unexpectedly/,
    },
  },
  'redis-cli': {
    command: ({ host }) => ['redis-cli', '-h', host, 'echo', 'the site has an echo'],
    prints: 'the site has an echo',
    refused: {
      byName: 'Could not connect to Redis at denied.example:6379',
      byEnd: 'Connection reset by peer',
    },
  },
};
