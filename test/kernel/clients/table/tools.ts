import { join } from 'node:path';
import { cloning, NOT_ALLOWED, type Clients, type Start } from '../client.ts';
import { directoryOf } from '../programs/built.ts';

const site = ({ host, isPlain }: Start): string => `${isPlain ? 'http' : 'https'}://${host}`;

/** Programs that get source and packages. */
export const toolClients: Clients = {
  git: {
    command: (start) => [...cloning, `${site(start)}/git/part.git`, join(start.directory, 'part')],
    // What Git is linked with reads none of the usual variables.
    environment: ({ stage }) => ({ GIT_SSL_CAINFO: stage.certificate }),
    prints: 'a commit of a site',
    refused: {
      byAnswer: 'CONNECT tunnel failed, response 403',
      byName: 'Could not resolve host: denied.example',
      byEnd: 'gnutls_handshake() failed: Access was denied',
      plainly: 'The requested URL returned error: 403',
    },
  },
  npm: {
    command: (start) => [
      ...['npm', 'install', 'kars-part', `--registry=${site(start)}/files/npm/`],
      ...[`--prefix=${start.directory}`, '--fetch-retries=0'],
      ...['--no-audit', '--no-fund', '--no-update-notifier'],
    ],
    prints: 'added 1 package',
    refused: {
      byAnswer: `npm error 403 403 Forbidden, ${NOT_ALLOWED}`,
      byName: 'getaddrinfo ENOTFOUND denied.example',
      byEnd: 'tlsv1 alert access denied',
      plainly: 'npm error 403 403 Forbidden, KARS_EGRESS_NOT_ALLOWED: ',
    },
  },
  pip: {
    command: (start) => [
      ...[join(directoryOf('python'), 'bin/python'), '-m', 'pip', 'download', 'kars-part'],
      ...[`--index-url=${site(start)}/files/pip/`, `--trusted-host=${start.host}`],
      ...['-d', start.directory],
      // It says why only when it tries again.
      ...['--retries=1', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'],
    ],
    prints: 'Successfully downloaded kars-part',
    refused: {
      byAnswer: `Tunnel connection failed: 403 Forbidden, ${NOT_ALLOWED}`,
      byName: 'Name or service not known',
      byEnd: 'tlsv1 alert access denied',
      plainly: 'No matching distribution found for kars-part',
    },
  },
};
