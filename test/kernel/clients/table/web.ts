import { join } from 'node:path';
import {
  NOT_ALLOWED,
  NOT_FORWARDED,
  type Client,
  type Clients,
  type Refusals,
  type Start,
} from '../client.ts';
import { directoryOf, sourceOf } from '../programs/built.ts';

const url = ({ host, isPlain }: Start): string => `${isPlain ? 'http' : 'https'}://${host}/`;

const web = (command: Client['command'], refused: Refusals): Client => ({
  command,
  prints: 'reached site.example',
  refused: { plainly: NOT_FORWARDED, ...refused },
});

const python = (library: string, byAnswer: string): Client =>
  web(
    (start) => [
      join(directoryOf('python'), 'bin/python'),
      sourceOf('client.py'),
      library,
      url(start),
    ],
    { byAnswer, byName: 'Name or service not known', byEnd: 'tlsv1 alert access denied' },
  );

const node = (
  way: string,
  // Most keep the status line to themselves.
  byAnswer = 'Proxy response (403) !== 200 when HTTP Tunneling',
): Client =>
  web((start) => [process.execPath, sourceOf('node.ts'), way, url(start)], {
    byAnswer,
    byName: 'getaddrinfo ENOTFOUND denied.example',
    byEnd: 'tlsv1 alert access denied',
  });

/** Clients of the web, where it matters with their TLS in brackets. */
export const webClients = {
  'curl (OpenSSL)': web((start) => ['curl', '-sS', url(start)], {
    byAnswer: 'CONNECT tunnel failed, response 403',
    byName: 'Could not resolve host: denied.example',
    byEnd: 'tlsv1 alert access denied',
  }),
  'wget (GnuTLS)': web(
    (start) => [
      ...['wget', '-nv', '--tries=1', '-O-'],
      // What it is linked with reads none of the usual variables.
      `--ca-certificate=${start.stage.certificate}`,
      url(start),
    ],
    {
      byAnswer: `Proxy tunneling failed: Forbidden, ${NOT_ALLOWED}`,
      byName: "unable to resolve host address 'denied.example'",
      byEnd: 'received alert [49]: Access was denied',
    },
  ),
  'Go net/http': web((start) => [join(directoryOf('go'), 'client'), 'get', url(start)], {
    byAnswer: `Get "https://denied.example/": Forbidden, ${NOT_ALLOWED}`,
    byName: 'no such host',
    byEnd: 'remote error: tls: access denied',
  }),
  'Java HttpClient': web(
    (start) => [
      ...['java', '-XX:TieredStopAtLevel=1'],
      // Java reads no variables.
      ...(start.way === 'transparent'
        ? []
        : ['http', 'https'].flatMap((scheme) => [
            `-D${scheme}.proxyHost=127.0.0.1`,
            `-D${scheme}.proxyPort=${start.proxyPort}`,
          ])),
      ...['-cp', directoryOf('java'), 'Client', 'get', url(start)],
      start.stage.certificate,
      // Without TLS it asks to switch to HTTP/2 where it knows of no proxy; see the test of that.
      start.isPlain && start.way === 'transparent' ? 'HTTP_1_1' : 'HTTP_2',
    ],
    {
      byAnswer: 'java.io.IOException: Tunnel failed, got: 403',
      byName: 'java.nio.channels.UnresolvedAddressException',
      byEnd: 'SSLHandshakeException: Received fatal alert: access_denied',
    },
  ),
  'Node.js https': node(
    'core',
    `Failed to establish tunnel to denied.example:443 via http://127.0.0.1:8444: HTTP/1.1 403 Forbidden, ${NOT_ALLOWED}`,
  ),
  'Node.js fetch': node('fetch'),
  undici: node('undici'),
  'Python urllib': python('urllib', `Tunnel connection failed: 403 Forbidden, ${NOT_ALLOWED}`),
  'Python requests': python('requests', `Tunnel connection failed: 403 Forbidden, ${NOT_ALLOWED}`),
  'Python httpx': python('httpx', `httpx.ProxyError: 403 Forbidden, ${NOT_ALLOWED}`),
  'Python aiohttp': python(
    'aiohttp',
    `ClientHttpProxyError: 403, message='Forbidden, ${NOT_ALLOWED}'`,
  ),
} satisfies Clients;
