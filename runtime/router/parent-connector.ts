import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { ParentProxyError, type ParentProxy } from '../service/parent-proxy.ts';
import { limits } from './limits.ts';

type Options = Parameters<buildConnector.connector>[0];

/**
 * Connects to providers through the parent proxy of a site, which resolves their names; one whose endpoint
 * is an address is dialled, as the egress proxy does it.
 *
 * @param direct for what is dialled, and for TLS inside of a connection
 */
export function connectorThrough(
  parent: ParentProxy,
  direct: buildConnector.connector,
): buildConnector.connector {
  const timeout = limits.connectMilliseconds;
  const toParent = buildConnector({ timeout, lookup: parent.lookup });
  const reach = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const { host, port } = parent.authority;
      const at = { hostname: host, host: `${host}:${port}`, protocol: 'http:', port: String(port) };
      toParent(at, (error, socket) => {
        // A failure comes with the error alone.
        if (error === null) resolve(socket);
        else reject(error);
      });
    });
  const tunnel = async ({ hostname, protocol, port }: Options): Promise<Socket> => {
    const socket = await reach();
    const standard = protocol === 'https:' ? 443 : 80;
    const target = { host: hostname, port: port === '' ? standard : Number(port) };
    const rest = await parent.tunnel(socket, target, timeout);
    if (rest.length === 0) return socket;
    socket.destroy();
    throw new ParentProxyError(`bytes came behind the answer of the parent proxy, unasked`);
  };
  return (options, callback) => {
    if (isIP(options.hostname.replace(/^\[|\]$/g, '')) !== 0) {
      direct(options, callback);
      return;
    }
    tunnel(options).then(
      (socket) => {
        if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, callback);
        else callback(null, socket.setNoDelay());
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('unknown'), null),
    );
  };
}
