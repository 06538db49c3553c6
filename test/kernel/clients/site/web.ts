import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { serveGit } from './git.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.html': 'text/html',
};

/** Serves repositories below `/git/`, files below `/files/`, and says for all else that it was reached. */
export function serveWeb(root: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const served = pathname.startsWith('/git/')
      ? serveGit(join(root, 'git'), request, response)
      : pathname.startsWith('/files/')
        ? serveFile(join(root, normalize(decodeURIComponent(pathname))), response)
        : greet(request, response);
    served.catch(() => response.destroy());
  };
}

async function greet({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  response.end(`reached ${headers.host ?? ''}\n`);
  return Promise.resolve();
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    response.writeHead(404).end();
    return;
  }
  const file = found.isDirectory() ? join(path, 'index.html') : path;
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  await pipeline(createReadStream(file), response);
}
