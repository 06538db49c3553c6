import { isIP } from 'node:net';
import { parseAuthority, type Authority } from 'kars-constructs/contract';
import { ArgumentError } from '../service/arguments.ts';

/**
 * Reads `HOST:PORT=ADDRESS:PORT` pairs; the names are given in normal form, as calls are decided.
 *
 * @throws ArgumentError when the left side is no host and port, or the right side no IPv4 address and port.
 */
export function readOverrides(pairs: ReadonlyMap<string, string>): Map<string, Authority> {
  return new Map(
    [...pairs].map(([name, value]): [string, Authority] => {
      const [, host = '', digits = ''] = /^([^:]+):([0-9]{1,5})$/.exec(value) ?? [];
      const port = Number(digits);
      const from = parseAuthority(name);
      if (from === undefined || isIP(host) !== 4 || port < 1 || port > 65_535) {
        throw new ArgumentError(`got --resolve=${name}=${value}, supply HOST:PORT=ADDRESS:PORT`);
      }
      return [`${from.host}:${from.port}`, { host, port }];
    }),
  );
}
