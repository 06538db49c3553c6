import { text as textOf } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';

/** An object as the API server takes it. */
export interface ApplicableObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What the API server answered. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** Message of the Status object of a refusal, `''` otherwise. */
  readonly message: string;
  readonly warnings: readonly string[];
  readonly body: unknown;
  /** The body as it came, for answers that are no JSON. */
  readonly text: string;
}

/** Plurals that are not the lower-cased kind with an s, or es after one. */
const PLURALS: Readonly<Record<string, string>> = {
  Endpoints: 'endpoints',
  InferencePolicy: 'inferencepolicies',
  KarsMemory: 'karsmemories',
  KarsSandbox: 'karssandboxes',
  NetworkPolicy: 'networkpolicies',
  ToolPolicy: 'toolpolicies',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
};

/** What a user shows in place of a token, in PEM. */
export interface ClientCertificate {
  readonly cert?: string;
  readonly key?: string;
}

/** Talks to an API server as one user. */
export class Client {
  readonly #base: string;
  readonly #token: string;
  readonly #ca: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string | string[]>>;

  constructor(
    base: string,
    token: string,
    ca: string,
    headers: Readonly<Record<string, string | string[]>> = {},
    certificate: ClientCertificate = {},
  ) {
    this.#base = base;
    this.#token = token;
    this.#ca = ca;
    this.#agent = new Agent({ connect: { ca, ...certificate } });
    this.#headers = headers;
  }

  /**
   * The same as somebody else, for whoever may impersonate.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
   */
  as(user: string, groups: readonly string[]): Client {
    const headers = { 'impersonate-user': user, 'impersonate-group': [...groups] };
    return new Client(this.#base, this.#token, this.#ca, headers);
  }

  /** Server-side apply with strict field validation. */
  apply(object: ApplicableObject, { dryRun = false } = {}): Promise<Answer> {
    const query = new URLSearchParams({
      fieldManager: 'test',
      force: 'true',
      fieldValidation: 'Strict',
      ...(dryRun ? { dryRun: 'All' } : {}),
    });
    const path = `${pathOf(object)}?${query.toString()}`;
    return this.call('PATCH', path, object, 'application/apply-patch+yaml');
  }

  /** Reads an object. */
  get(object: ApplicableObject): Promise<Answer> {
    return this.call('GET', pathOf(object));
  }

  /** Any call. */
  async call(
    method: 'GET' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<Answer> {
    const answer = await request(`${this.#base}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
        'content-type': type,
        ...this.#headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const value = parse(text);
    const ok = answer.statusCode < 300;
    return {
      ok,
      status: answer.statusCode,
      message: ok ? '' : messageOf(value, text),
      warnings: [answer.headers['warning'] ?? []].flat().map(warningText),
      body: value,
      text,
    };
  }

  /**
   * Opens a connection of one of the stream protocols; `listen` sees it before the first message comes.
   *
   * @throws Error with the message of a server that refuses.
   */
  stream(path: string, protocol: string, listen: (socket: WebSocket) => void): Promise<WebSocket> {
    const socket = new WebSocket(`${this.#base.replace(/^http/, 'ws')}${path}`, [protocol], {
      ca: this.#ca,
      headers: { authorization: `Bearer ${this.#token}` },
    });
    listen(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.on('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        textOf(response).then((text) => {
          reject(new Error(`${response.statusCode ?? ''} ${messageOf(parse(text), text)}`));
        }, reject);
      });
    });
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: ApplicableObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${scope}/${plural}/${name}`;
}

/** The text of a Warning header, RFC 9111 section 5.5. */
const warningText = (header: string): string => /^299 \S+ "(.*)"$/s.exec(header)?.[1] ?? header;

const messageOf = (value: unknown, text: string): string =>
  typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : text;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
