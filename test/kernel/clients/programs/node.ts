import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { EnvHttpProxyAgent, request } from 'undici';
import { WebSocket as WsSocket } from 'ws';

/** Asks for a URL with what the first argument names, and prints the answer. */
const [how = '', url = ''] = process.argv.slice(2);

const ways: Readonly<Record<string, () => Promise<string>>> = {
  fetch: async () => (await fetch(url)).text(),
  core: async () => {
    const { get } = url.startsWith('https:') ? https : http;
    const [answer] = (await once(get(url), 'response')) as [http.IncomingMessage];
    return text(answer);
  },
  undici: async () => {
    const { body } = await request(url, { dispatcher: new EnvHttpProxyAgent() });
    return body.text();
  },
  websocket: async () => {
    const socket = new WebSocket(url);
    const ended = once(socket, 'close').then(([event]: { readonly code?: number }[]) => {
      throw new Error(`closed with ${event?.code}`);
    });
    await Promise.race([once(socket, 'open'), ended]);
    socket.send('to the site');
    const [{ data }] = (await once(socket, 'message')) as [{ readonly data: string }];
    socket.close();
    return data;
  },
  ws: async () => {
    const socket = new WsSocket(url);
    await once(socket, 'open');
    socket.send('to the site');
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return data.toString();
  },
};

process.stdout.write((await ways[how]?.()) ?? `supply one of ${Object.keys(ways).join(', ')}`);
