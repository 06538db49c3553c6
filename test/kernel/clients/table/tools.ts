import { join } from 'node:path';
import { NOT_ALLOWED, type Clients } from '../client.ts';
import { directoryOf } from '../programs/built.ts';

const CLONE = 'git clone -q "$0" "$1" && git -C "$1" log --format=%s';

/** Programs that get source and packages. */
export const toolClients: Clients = {
  'git over https': {
    command: ({ host, directory }) => [
      ...['sh', '-c', CLONE],
      `https://${host}/git/part.git`,
      join(directory, 'part'),
    ],
    // What Git is linked with reads none of the usual variables.
    environment: ({ stage }) => ({ GIT_SSL_CAINFO: stage.certificate }),
    prints: 'a commit of a site',
    refused: {
      byAnswer: 'CONNECT tunnel failed, response 403',
      byName: 'Could not resolve host: denied.example',
      byEnd: 'gnutls_handshake() failed: Access was denied',
    },
  },
  npm: {
    command: ({ host, directory }) => [
      ...['npm', 'install', 'kars-part', `--registry=https://${host}/files/npm/`],
      ...[`--prefix=${directory}`, '--fetch-retries=0'],
      ...['--no-audit', '--no-fund', '--no-update-notifier'],
    ],
    prints: 'added 1 package',
    refused: {
      byAnswer: `npm error 403 403 Forbidden, ${NOT_ALLOWED}`,
      byName: 'getaddrinfo ENOTFOUND denied.example',
      byEnd: 'tlsv1 alert access denied',
    },
  },
  pip: {
    command: ({ host, directory }) => [
      ...[join(directoryOf('python'), 'bin/python'), '-m', 'pip', 'download', 'kars-part'],
      ...[`--index-url=https://${host}/files/pip/`, '-d', directory],
      // It says why only when it tries again.
      ...['--retries=1', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'],
    ],
    prints: 'Successfully downloaded kars-part',
    refused: {
      byAnswer: `Tunnel connection failed: 403 Forbidden, ${NOT_ALLOWED}`,
      byName: 'Name or service not known',
      byEnd: 'tlsv1 alert access denied',
    },
  },
};
