import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One try to send something; see probe.py. */
export interface Attempt {
  readonly protocol:
    'tcp' | 'fast-open' | 'mptcp' | 'udp' | 'udp-lite' | 'sctp' | 'icmp' | 'raw-icmp' | 'join';
  readonly address: string;
  readonly port?: number;
  readonly from?: number;
  readonly device?: string;
  readonly via?: string;
  readonly patience?: number;
}

/** A port that a server answers on with a word. */
export interface Endpoint {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly word: string;
}

/** One cell of the table: an attempt, what it is, and what may come of it. */
export interface Cell {
  readonly name: string;
  readonly attempt: Attempt;
  readonly allowed: readonly string[];
}

/** A server that runs until it is stopped, or until its namespace is deleted with all that is in it. */
export interface Server {
  readonly stop: () => Promise<void>;
}

/** How a server listens; see server.py. */
export interface ServerOptions {
  readonly backlog?: number;
  readonly deaf?: boolean;
  readonly mptcp?: boolean;
}

/** User that a program runs as: without any capability, or the root of the machine. */
export type User = number | 'machine';

// Not the first python3 of the path, which may be one that another user cannot read.
const PYTHON = '/usr/bin/python3';

const source = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`${name}.py`, import.meta.url)), 'utf8');

function start(namespace: string, user: User, name: string): ChildProcess {
  const asUser =
    user === 'machine'
      ? []
      : [
          'setpriv',
          `--reuid=${user}`,
          `--regid=${user}`,
          '--clear-groups',
          '--bounding-set=-all',
          '--inh-caps=-all',
          '--no-new-privs',
        ];
  const command = ['netns', 'exec', namespace, ...asUser, PYTHON, '-c', source(name)];
  return spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function output(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a program of the packet table ended with ${String(code)}`);
  return Buffer.concat(chunks).toString();
}

/** Waits for the first line, and gives what reads the others. */
async function ready(child: ChildProcess): Promise<Interface> {
  if (child.stdout === null) throw new Error('a program of the packet table has no output');
  const reader = createInterface(child.stdout);
  const lines = once(reader, 'line').then(() => true);
  if (!(await Promise.race([lines, once(reader, 'close').then(() => false)]))) {
    throw new Error('a program of the packet table ended before it was ready');
  }
  return reader;
}

/** Runs a program to its end with `input` as JSON. */
export async function run(
  namespace: string,
  user: User,
  name: string,
  input: unknown,
): Promise<string> {
  const child = start(namespace, user, name);
  child.stdin?.end(JSON.stringify(input));
  return output(child);
}

/** Makes all attempts at once and gives the outcomes in the same order. */
export async function probe(
  namespace: string,
  user: User,
  attempts: readonly Attempt[],
): Promise<string[]> {
  return JSON.parse(await run(namespace, user, 'probe', attempts)) as string[];
}

/** The cells whose outcome for the user is none of the allowed ones. */
export async function wrong(
  namespace: string,
  user: User,
  cells: readonly Cell[],
): Promise<string[]> {
  const attempts = cells.map(({ attempt }) => attempt);
  const outcomes = await probe(namespace, user, attempts);
  return cells.flatMap(({ name, allowed }, index) => {
    const outcome = outcomes[index] ?? 'nothing';
    return allowed.includes(outcome) ? [] : [`${name}: ${outcome}, allowed ${allowed.join(', ')}`];
  });
}

/** Answers on the endpoints until it is stopped. */
export async function serve(
  namespace: string,
  user: User,
  endpoints: readonly Endpoint[],
  { backlog = 256, deaf = false, mptcp = false }: ServerOptions = {},
): Promise<Server> {
  const child = start(namespace, user, 'server');
  child.stdin?.write(`${JSON.stringify({ endpoints, backlog, deaf, mptcp })}\n`);
  await ready(child);
  return {
    async stop(): Promise<void> {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Everything that arrives on the link while `during` runs; see sniffer.py for the names. */
export async function sniff(namespace: string, during: () => Promise<void>): Promise<string[]> {
  const child = start(namespace, 'machine', 'sniffer');
  const lines: string[] = [];
  const reader = await ready(child);
  reader.on('line', (line) => lines.push(JSON.parse(line) as string));
  const ended = once(reader, 'close');
  try {
    await during();
  } finally {
    child.stdin?.end();
    await ended;
  }
  return lines;
}
