import { isIP } from 'node:net';
import { parseAuthority, type Authority } from 'kars-constructs/contract';
import { ArgumentError } from '../service/arguments.ts';

/**
 * Reads `HOST:PORT=ADDRESS:PORT` pairs.
 *
 * @throws ArgumentError when the left side is no host and port, or the right side no IPv4 address and port.
 */
export function readOverrides(pairs: ReadonlyMap<string, string>): Map<string, Authority> {
  return new Map(
    [...pairs].map(([name, value]): [string, Authority] => {
      const at = value.lastIndexOf(':');
      const host = value.slice(0, at);
      const port = Number(value.slice(at + 1));
      if (parseAuthority(name) === undefined || isIP(host) !== 4 || !Number.isInteger(port)) {
        throw new ArgumentError(`got --resolve=${name}=${value}, supply HOST:PORT=ADDRESS:PORT`);
      }
      return [name, { host, port }];
    }),
  );
}
