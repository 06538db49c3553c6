import { join } from 'node:path';
import type { Clients, Start } from '../client.ts';
import { directoryOf, sourceOf } from '../programs/built.ts';

const url = ({ host, isPlain }: Start): string => `${isPlain ? 'ws' : 'wss'}://${host}/`;

const prints = 'the site heard: to the site';

/** Clients of WebSocket. */
export const webSocketClients: Clients = {
  'Python websockets': {
    command: (start) => [
      join(directoryOf('python'), 'bin/python'),
      sourceOf('client.py'),
      'websockets',
      url(start),
    ],
    prints,
    refused: {
      byAnswer: 'proxy rejected connection: HTTP 403',
      byName: 'Name or service not known',
      byEnd: 'tlsv1 alert access denied',
      plainly: 'proxy rejected connection: HTTP 403',
    },
  },
  'WebSocket of Node.js': {
    command: (start) => [process.execPath, sourceOf('node.ts'), 'websocket', url(start)],
    prints,
    // As in a browser, whatever it was.
    refused: {
      byAnswer: 'closed with 1006',
      byName: 'closed with 1006',
      byEnd: 'closed with 1006',
      plainly: 'closed with 1006',
    },
  },
  ws: {
    command: (start) => [process.execPath, sourceOf('node.ts'), 'ws', url(start)],
    prints,
    refused: {
      byName: 'getaddrinfo ENOTFOUND denied.example',
      byEnd: 'tlsv1 alert access denied',
    },
  },
};
