import { contentDigest } from 'kars-constructs/contract';
import * as z from 'zod';
import { CommandError } from '../exit-codes.ts';
import { readJson } from './answers.ts';
import { credentialsFor } from './registry-credentials.ts';

/** Far more than a policy or a bundle has. */
const MOST_BYTES = 4 * 1024 * 1024;

const token = z.union([
  z.looseObject({ token: z.string() }).transform((answer) => answer.token),
  z.looseObject({ access_token: z.string() }).transform((answer) => answer.access_token),
]);

/** For one call, and for everything that a command asks of a registry. */
const [CALL_MILLISECONDS, ALL_MILLISECONDS] = [60_000, 300_000];

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Options of {@link Registry}. */
export interface RegistryOptions {
  /** HTTP without TLS, for a registry on this machine and no other. */
  readonly plainHttp?: boolean;
}

/**
 * One repository of a registry.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class Registry {
  readonly repository: string;
  readonly #origin: string;
  readonly #path: string;
  readonly #host: string;
  readonly #deadline = AbortSignal.timeout(ALL_MILLISECONDS);
  #authorization: string | undefined;

  constructor(repository: string, { plainHttp = false }: RegistryOptions = {}) {
    const [host = '', ...path] = repository.split('/');
    this.repository = repository;
    this.#host = host;
    this.#path = path.join('/');
    const { origin, hostname } = new URL(`${plainHttp ? 'http' : 'https'}://${host}`);
    if (plainHttp && !LOOPBACK.has(hostname)) {
      throw new CommandError('usage', `got --plain-http for ${host}, which is not this machine`);
    }
    this.#origin = origin;
  }

  /** The text at a path below the repository; undefined when the registry has none. */
  async get(path: string, accept = '*/*'): Promise<string | undefined> {
    const answer = await this.#call(this.#url(path), { headers: { accept } });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return undefined;
    }
    return this.#textOf(answer, `GET ${path}`);
  }

  /** Uploads a blob, and gives its digest. */
  async putBlob(text: string): Promise<string> {
    const digest = contentDigest(text);
    const begun = await this.#call(this.#url('blobs/uploads/'), { method: 'POST' });
    await this.#textOf(begun, 'POST blobs/uploads');
    const place = begun.headers.get('location');
    if (place === null)
      throw new CommandError('internal', `${this.#host} names no place to upload to`);
    const url = this.#urlIn('the place to upload to', place);
    url.searchParams.set('digest', digest);
    await this.#put(url, text, 'application/octet-stream');
    return digest;
  }

  /** Uploads a manifest, and gives its digest. */
  async putManifest(text: string, mediaType: string): Promise<string> {
    const digest = contentDigest(text);
    await this.#put(this.#url(`manifests/${digest}`), text, mediaType);
    return digest;
  }

  #url(path: string): URL {
    return new URL(`/v2/${this.#path}/${path}`, this.#origin);
  }

  async #put(url: URL, body: string, type: string): Promise<void> {
    const headers = { 'content-type': type };
    await this.#textOf(
      await this.#call(url, { method: 'PUT', body, headers }),
      `PUT ${url.pathname}`,
    );
  }

  /** Credentials go to the registry alone, and only once it asks. */
  async #call(url: URL, init: RequestInit): Promise<Response> {
    const isOwn = url.origin === this.#origin;
    const call = (): Promise<Response> =>
      this.#fetch(url, {
        ...init,
        headers: {
          ...(init.headers as Record<string, string> | undefined),
          ...(isOwn && this.#authorization !== undefined
            ? { authorization: this.#authorization }
            : {}),
        },
      });
    const answer = await call();
    if (answer.status !== 401 || !isOwn) return answer;
    await answer.body?.cancel();
    this.#authorization = await this.#authorize(answer.headers.get('www-authenticate') ?? '');
    return call();
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  async #authorize(challenge: string): Promise<string | undefined> {
    const basic = await credentialsFor(this.#host);
    const parameter = (name: string): string | undefined =>
      new RegExp(`[ ,]${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
    const realm = parameter('realm');
    if (!/^bearer /i.test(challenge) || realm === undefined) {
      return basic === undefined ? undefined : `Basic ${basic}`;
    }
    const url = this.#urlIn('the place of tokens', realm);
    for (const name of ['service', 'scope']) {
      const value = parameter(name);
      if (value !== undefined) url.searchParams.set(name, value);
    }
    // Whoever answers for the registry may name any realm, but not have a password in the clear.
    const isSafe = url.protocol === 'https:' || url.origin === this.#origin;
    const headers = basic !== undefined && isSafe ? { authorization: `Basic ${basic}` } : undefined;
    const answer = await this.#fetch(url, headers && { headers });
    const what = `the token of ${this.#host}`;
    return `Bearer ${readJson(what, await this.#textOf(answer, 'the token'), token)}`;
  }

  async #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.any([this.#deadline, AbortSignal.timeout(CALL_MILLISECONDS)]);
    try {
      return await fetch(url, { ...init, signal });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new CommandError('internal', `${url.origin} cannot be reached: ${String(cause)}`);
    }
  }

  #urlIn(what: string, text: string): URL {
    if (URL.canParse(text, this.#origin)) return new URL(text, this.#origin);
    throw new CommandError('failed', `${this.#host}: ${what} is no URL`);
  }

  async #textOf(answer: Response, what: string): Promise<string> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | undefined = answer.body ?? undefined;
    for await (const part of body ?? []) {
      bytes += part.length;
      if (bytes > MOST_BYTES) {
        throw new CommandError('failed', `${this.#host}: ${what}: got over ${MOST_BYTES} bytes`);
      }
      parts.push(part);
    }
    const text = Buffer.concat(parts).toString('utf8');
    if (answer.ok) return text;
    const hint =
      answer.status === 401 || answer.status === 403
        ? '; log in with docker login, or cosign login'
        : '';
    throw new CommandError(
      'failed',
      `${this.#host}: ${what}: got status ${answer.status}${hint}: ${text.slice(0, 300)}`,
    );
  }
}
