import { processes } from 'kars-constructs/contract';
import { ALLOWED_HOST, famous, type NetworkAttack, type Order } from './network-attack.ts';
import {
  absolute,
  attackOn,
  CRLF,
  GET,
  hold,
  lines,
  STILL_OPEN,
  toProxy,
} from './sidecar-requests.ts';

/** A tunnel to `target`, and a request through it. */
const tunnel = (target: string, host = target): Order =>
  toProxy(lines(`CONNECT ${target} HTTP/1.1`, `host: ${host}`), { then: GET });

const proxy = attackOn.bind(undefined, 'egress');
const LOOPBACK_PORT = 8091;
const OWN_PORT = 8092;

const targets: readonly NetworkAttack[] = [
  proxy('proxy-name', 'ask the proxy for a host that policy does not name', () =>
    tunnel('evil.example:443'),
  ),
  proxy('proxy-service', 'ask the proxy for a Service of the cluster by its name', () =>
    tunnel('kubernetes.default.svc:443'),
  ),
  proxy('proxy-api-server', 'ask the proxy for the API server', () =>
    tunnel(`${famous.apiServer}:443`),
  ),
  proxy('proxy-doh', 'ask the proxy for a resolver over HTTPS', () =>
    tunnel(`${famous.publicDns}:443`),
  ),
  proxy('proxy-metadata', 'ask the proxy for the metadata service', () =>
    tunnel(`${famous.metadata}:80`),
  ),
  proxy('proxy-metadata-ipv6', 'ask the proxy for the metadata service over IPv6', () =>
    tunnel(`[${famous.awsMetadata}]:80`),
  ),
  proxy('proxy-metadata-number', 'write the address of the metadata service as one number', () =>
    absolute('http://2852039166/', '2852039166'),
  ),
  proxy('proxy-metadata-octal', 'write the address of the metadata service in octal', () =>
    absolute('http://0251.0376.0251.0376/', '0251.0376.0251.0376'),
  ),
  proxy('proxy-metadata-mapped', 'write the metadata service as an IPv4-mapped address', () =>
    tunnel('[::ffff:a9fe:a9fe]:80'),
  ),
  proxy('proxy-metadata-translated', 'write the metadata service as an address of NAT64', () =>
    tunnel(`[${famous.translatedMetadata}]:80`),
  ),
  {
    ...proxy('proxy-loopback', 'ask the proxy for loopback, where it may connect as itself', () =>
      tunnel(`127.0.0.1:${LOOPBACK_PORT}`),
    ),
    orders: () => [
      { attempt: 'listen', at: '127.0.0.1', port: LOOPBACK_PORT, seconds: 4 },
      tunnel(`127.0.0.1:${LOOPBACK_PORT}`),
    ],
  },
  {
    ...proxy('proxy-own-address', 'ask the proxy for the address of its own pod', ({ own }) =>
      tunnel(`${own}:${OWN_PORT}`),
    ),
    needsOthers: true,
    orders: ({ own }) => [
      { attempt: 'listen', at: own, port: OWN_PORT, seconds: 4 },
      tunnel(`${own}:${OWN_PORT}`),
    ],
  },
];

const readings: readonly NetworkAttack[] = [
  proxy(
    'proxy-absolute-host',
    'name another host in the header than in the target',
    () => absolute(`http://${ALLOWED_HOST}/`, 'evil.example'),
    /reached[^]*host: evil\.example/i,
  ),
  proxy('proxy-user', 'write an allowed host as the user of another', () =>
    absolute(`http://${ALLOWED_HOST}@evil.example/`, 'evil.example'),
  ),
  proxy(
    'proxy-two-lengths',
    'say in two ways where a body ends, and hide a request behind it',
    () =>
      toProxy(
        `${lines(`POST http://${ALLOWED_HOST}/ HTTP/1.1`, `host: ${ALLOWED_HOST}`, 'content-length: 43', 'transfer-encoding: chunked')}0${CRLF}${CRLF}${lines('GET /smuggled HTTP/1.1', 'host: evil')}`,
      ),
    /reached[^]*\/smuggled/,
  ),
  proxy(
    'proxy-line-break',
    'break the line of a request, and write a header of its own',
    () => absolute(`http://${ALLOWED_HOST}/\rx-injected:1`, ALLOWED_HOST),
    /reached[^]*x-injected/,
  ),
  {
    ...proxy(
      'proxy-pipeline',
      'put a request for another host behind one that is allowed',
      () =>
        toProxy(
          lines(`GET http://${ALLOWED_HOST}/first HTTP/1.1`, `host: ${ALLOWED_HOST}`) +
            lines('GET http://evil.example/second HTTP/1.1', 'host: evil.example'),
        ),
      /reached[^]*\/second/,
    ),
    needsOthers: true,
  },
  proxy(
    'proxy-upgrade',
    'turn an allowed request into a WebSocket that nobody reads',
    () =>
      absolute(`http://${ALLOWED_HOST}/`, ALLOWED_HOST, 'upgrade: websocket', 'sec-websocket-version: 13'), // prettier-ignore
    /reached[^]*upgrade: websocket/i,
  ),
  {
    ...proxy(
      'proxy-hop-headers',
      'hand a host what is meant for the proxy, in its headers',
      () =>
        absolute(
          `http://${ALLOWED_HOST}/`,
          ALLOWED_HOST,
          'proxy-authorization: Basic eDp5',
          'connection: x-between',
          'x-between: 1',
        ),
      /reached[^]*(proxy-authorization|x-between: 1)/i,
    ),
    needsOthers: true,
  },
  proxy('proxy-http2', 'speak HTTP/2 to the proxy without asking', () =>
    toProxy(`${lines('PRI * HTTP/2.0')}SM${CRLF}${CRLF}`),
  ),
];

const held: readonly NetworkAttack[] = [
  {
    ...proxy(
      'held-egress-proxy',
      'begin a request to the proxy, and never end it',
      () => hold(processes['egress-proxy'].agentPort),
      STILL_OPEN,
    ),
    needsOthers: true,
  },
];

/** Attempts to have the egress proxy go where the agent may not. */
export const proxyAttacks: readonly NetworkAttack[] = [...targets, ...readings, ...held];
