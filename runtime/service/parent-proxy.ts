import { readFile } from 'node:fs/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import {
  decodeParentProxy,
  formatAuthority,
  formatProblem,
  inRanges,
  parentAuthority,
  type Authority,
} from 'kars-constructs/contract';
import { request } from './node-http.ts';
import { ArgumentError } from './arguments.ts';
import { NameResolver, type ResolvedAddress } from './name-resolver.ts';

/** Why the parent proxy carries no connection. */
export class ParentProxyError extends Error {
  readonly code = 'KARS_PARENT_PROXY_FAILED';
}

/** Of the head of an answer of the proxy. */
const LARGEST_HEAD = 16 * 1024;

/** Options of {@link ParentProxy}. */
export interface ParentProxyOptions {
  readonly authority: Authority;
  /** Ranges that its addresses are in; no other is dialled. */
  readonly ranges: readonly string[];
  /** File with `user:password`. @default nobody signs in */
  readonly credentials?: string | undefined;
  /** @default by the DNS servers of the pod */
  readonly resolver?: Pick<NameResolver, 'resolve'>;
}

/** The proxy that is the only way out of a site. It resolves the names of hosts. */
export class ParentProxy {
  readonly authority: Authority;
  readonly #options: ParentProxyOptions;
  readonly #resolver: Pick<NameResolver, 'resolve'>;

  constructor(options: ParentProxyOptions) {
    this.authority = options.authority;
    this.#options = options;
    this.#resolver = options.resolver ?? new NameResolver();
  }

  /**
   * Its own addresses.
   *
   * @throws ParentProxyError when it has none, or one outside of its ranges.
   */
  async addresses(): Promise<readonly ResolvedAddress[]> {
    const { host } = this.authority;
    const family = isIP(host);
    const found: readonly ResolvedAddress[] =
      family === 4 || family === 6
        ? [{ address: host, family }]
        : await this.#resolver.resolve(host).catch(() => []);
    if (found.length === 0) throw this.#error('has no address');
    const outside = found.find(({ address }) => !inRanges(address, this.#options.ranges));
    if (outside !== undefined) throw this.#error(`has ${outside.address}, outside of its ranges`);
    return found;
  }

  /** For sockets that connect to it. */
  readonly lookup: LookupFunction = (_host, options, callback) => {
    this.addresses().then(
      (addresses) => {
        const [first] = addresses;
        const found = addresses.map(({ address, family }) => ({ address, family }));
        if (options.all === true || first === undefined) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('unknown'), []),
    );
  };

  /**
   * Asks for a connection to a host, over one to the proxy.
   *
   * @returns what came right behind the answer: bytes of the host
   * @throws ParentProxyError for whatever is not 200, or no answer in time; the socket is closed then.
   */
  async tunnel(socket: Socket, target: Authority, milliseconds: number): Promise<Buffer> {
    let answered: NodeJS.Timeout | undefined;
    try {
      const headers = {
        host: formatAuthority(target),
        connection: 'keep-alive',
        ...(await this.#signIn()),
      };
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      answered = setTimeout(
        () => reject(this.#error(`did not answer within ${milliseconds} ms`)),
        milliseconds,
      );
      const asked = request({
        method: 'CONNECT',
        path: formatAuthority(target),
        headers,
        setHost: false,
        maxHeaderSize: LARGEST_HEAD,
        createConnection: () => socket,
      });
      asked.once('connect', ({ statusCode = 0 }, _socket, rest) => {
        if (statusCode === 200) resolve(rest);
        else reject(this.#error(`answers ${statusCode} for ${formatAuthority(target)}`));
      });
      asked.on('error', ({ code = 'error' }: NodeJS.ErrnoException) =>
        reject(this.#error(`gives no answer of HTTP (${code})`)),
      );
      asked.once('close', () => reject(this.#error('closed the connection without an answer')));
      asked.end();
      return await promise;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(answered);
    }
  }

  /** An error that names the proxy. */
  #error(why: string): ParentProxyError {
    return new ParentProxyError(`the parent proxy ${formatAuthority(this.authority)} ${why}`);
  }

  async #signIn(): Promise<Readonly<Record<string, string>>> {
    const file = this.#options.credentials;
    if (file === undefined) return {};
    const text = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (!text.includes(':')) throw this.#error('needs credentials, and there are none');
    return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
  }
}

/**
 * What the arguments say of a parent proxy; undefined when there is none.
 *
 * @throws ArgumentError when it is none.
 */
export function readParentProxy({
  place,
  credentials,
}: {
  readonly place: string | undefined;
  readonly credentials: string | undefined;
}): ParentProxy | undefined {
  if (place === undefined) {
    if (credentials === undefined) return undefined;
    throw new ArgumentError('got --parent-proxy-credentials, supply --parent-proxy too');
  }
  const decoded = decodeParentProxy(place);
  if (!decoded.ok) throw new ArgumentError(decoded.problems.map(formatProblem).join('; '));
  const { url, ranges } = decoded.value;
  const authority = parentAuthority(url);
  if (authority === undefined) throw new ArgumentError(`got --parent-proxy=${url}, supply a URL`);
  return new ParentProxy({ authority, ranges, credentials });
}
