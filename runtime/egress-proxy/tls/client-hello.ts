import { ByteReader, MalformedBytes } from './byte-reader.ts';

/** What a ClientHello says in the clear about where it wants to go. */
export interface ClientHello {
  /** The name of the server as it was sent; undefined when there is none. */
  readonly serverName: string | undefined;
  /** Whether it has an encrypted ClientHello, or what looks like one. */
  readonly hasEncryptedHello: boolean;
}

/** What the first bytes of a connection are. */
export type HelloReading =
  | { readonly kind: 'more' }
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Largest handshake message that is read, and what its records can add. */
const LONGEST_HELLO = 16 * 1024;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const LONGEST_RECORD = 2 ** 14;
/** So that a message in single bytes does not cost more than it is worth. */
const MOST_RECORDS = 64;

/** Extensions, by the IANA registry. @see https://www.iana.org/assignments/tls-extensiontype-values */
const SERVER_NAME = 0;
/** `encrypted_client_hello`, the drafts of it that were in use, and `encrypted_server_name`. */
const ENCRYPTED_HELLO: ReadonlySet<number> = new Set([
  0xfe0d, 0xfe08, 0xfe09, 0xfe0a, 0xff02, 0xff03, 0xff04, 0xffce,
]);

/**
 * Reads the first bytes of a connection, however many there are yet, as a ClientHello in one or more
 * records. What two servers could read in two ways is invalid.
 *
 * @see RFC 8446 sections 4.1.2, 4.2 and 5.1
 * @see RFC 6066 section 3
 */
export function readClientHello(bytes: Buffer): HelloReading {
  try {
    const message = handshakeMessage(bytes);
    return message === undefined ? { kind: 'more' } : { kind: 'hello', hello: read(message) };
  } catch (error) {
    if (error instanceof MalformedBytes) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

/** The message that the records carry; undefined while it is not whole. */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  const fragments: Buffer[] = [];
  let carried = 0;
  let at = 0;
  for (;;) {
    const [type, major] = bytes.subarray(at);
    if ((type ?? HANDSHAKE) !== HANDSHAKE || (major ?? 3) !== 3) {
      throw new MalformedBytes('it does not begin with a handshake of TLS');
    }
    if (bytes.length < at + RECORD_HEADER) return undefined;
    const length = bytes.readUInt16BE(at + 3);
    // An empty record carries nothing and could be repeated without end.
    if (length === 0 || length > LONGEST_RECORD) throw new MalformedBytes('a record has no length');
    const start = at + RECORD_HEADER;
    const fragment = bytes.subarray(start, start + length);
    fragments.push(fragment);
    carried += fragment.length;
    // A part of a record could have the whole message, and more behind it to come.
    const message = wholeMessage(fragments, carried);
    if (fragment.length < length) return undefined;
    if (message !== undefined) return message;
    if (fragments.length === MOST_RECORDS) throw new MalformedBytes('it has too many records');
    at = start + length;
  }
}

function wholeMessage(fragments: readonly Buffer[], carried: number): Buffer | undefined {
  if (carried === 0) return undefined;
  const start = Buffer.concat(fragments, Math.min(carried, HANDSHAKE_HEADER));
  if (start[0] !== CLIENT_HELLO) throw new MalformedBytes('its first message is no ClientHello');
  if (start.length < HANDSHAKE_HEADER) return undefined;
  const end = HANDSHAKE_HEADER + start.readUIntBE(1, 3);
  if (end > LONGEST_HELLO) throw new MalformedBytes(`it is longer than ${LONGEST_HELLO} bytes`);
  if (carried < end) return undefined;
  if (carried > end) throw new MalformedBytes('bytes follow the ClientHello in its record');
  return Buffer.concat(fragments).subarray(HANDSHAKE_HEADER);
}

function read(message: Buffer): ClientHello {
  const hello = new ByteReader(message);
  const major = hello.uint(2) >> 8;
  if (major !== 3) throw new MalformedBytes('it is of no version of TLS');
  hello.take(32);
  hello.vector(1);
  const suites = hello.uint(2);
  if (suites === 0 || suites % 2 !== 0) throw new MalformedBytes('it has no list of cipher suites');
  hello.take(suites);
  hello.vector(1);
  const extensions = hello.isDone ? new Map<number, ByteReader>() : extensionsIn(hello.vector(2));
  if (!hello.isDone) throw new MalformedBytes('bytes follow its extensions');
  const names = extensions.get(SERVER_NAME);
  return {
    serverName: names === undefined ? undefined : serverNameIn(names),
    hasEncryptedHello: [...extensions.keys()].some((type) => ENCRYPTED_HELLO.has(type)),
  };
}

function extensionsIn(list: ByteReader): ReadonlyMap<number, ByteReader> {
  const found = new Map<number, ByteReader>();
  while (!list.isDone) {
    const type = list.uint(2);
    if (found.has(type)) throw new MalformedBytes(`it has the extension ${type} twice`);
    found.set(type, list.vector(2));
  }
  return found;
}

/** The one host name of the extension, in ASCII. */
function serverNameIn(extension: ByteReader): string {
  const list = extension.vector(2);
  const type = list.uint(1);
  const name = list.vector(2).rest();
  if (type !== 0 || !list.isDone || !extension.isDone) {
    throw new MalformedBytes('it has other server names than one of a host');
  }
  const text = name.toString('latin1');
  if (!/^[!-~]{1,255}$/.test(text)) throw new MalformedBytes('its server name is not ASCII');
  return text;
}
