import { parseArgs, type ParseArgsConfig } from 'node:util';
import { commonOptions, processes, type Reader } from 'kars-constructs/contract';
import type { AuditBounds } from '../audit/bounds.ts';

/** An argument that a process cannot use; the process ends with exit code 2. */
export class ArgumentError extends Error {
  readonly code = 'KARS_ARGUMENT_INVALID';

  constructor(message: string) {
    super(message);
    this.name = 'ArgumentError';
  }
}

/** Where a process listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** What every sidecar is told. */
export interface CommonArguments {
  readonly sandbox: string;
  readonly documents: string;
  readonly state: string;
  readonly audit: AuditBounds;
  /** What is said of a parent proxy. */
  readonly parent: {
    readonly place: string | undefined;
    readonly credentials: string | undefined;
  };
  readonly agent: ListenAddress;
  readonly status: ListenAddress;
}

/** The options that one process has besides the common ones. */
export interface OwnArguments {
  readonly text: (name: string) => string;
  /** Undefined when the option is not given. */
  readonly optional: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[];
  /** A port to listen on, 0 lets the system choose. Undefined when the option is not given. */
  readonly port: (name: string) => number | undefined;
  /** A whole number from 0. Undefined when the option is not given. */
  readonly count: (name: string) => number | undefined;
}

/**
 * Reads the arguments that every sidecar has, and those in `own`.
 *
 * @throws ArgumentError for an unknown option, a missing one, or a value of the wrong form.
 */
export function readArguments(
  reader: Reader,
  own: NonNullable<ParseArgsConfig['options']>,
  args: readonly string[],
): { readonly common: CommonArguments; readonly own: OwnArguments } {
  const { agentPort, statusPort } = processes[reader];
  const values = parse({ ...commonOptions, ...own }, args);
  const one = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const text = (name: string): string => required(name, one(name));
  return {
    common: {
      sandbox: text('sandbox'),
      documents: text('documents'),
      state: text('state'),
      audit: {
        bytes: countOf('audit-limit', one('audit-limit')),
        retentionDays: daysOf('audit-retention-days', one('audit-retention-days')),
      },
      parent: { place: one('parent-proxy'), credentials: one('parent-proxy-credentials') },
      agent: {
        host: text('listen-host'),
        port: portOf('listen-port', one('listen-port'), agentPort),
      },
      status: {
        host: text('status-host'),
        port: portOf('status-port', one('status-port'), statusPort),
      },
    },
    own: {
      text,
      optional: one,
      list: (name) => [values[name] ?? []].flat().map(String),
      port: (name) => portOf(name, one(name), undefined),
      count: (name) => countOf(name, one(name)),
    },
  };
}

function parse(options: NonNullable<ParseArgsConfig['options']>, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Splits `NAME=VALUE` options.
 *
 * @throws ArgumentError for an entry without a name or a value.
 */
export function readPairs(option: string, entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry): [string, string] => {
      const at = entry.indexOf('=');
      if (at < 1 || at === entry.length - 1) {
        throw new ArgumentError(`got --${option}=${entry}, supply NAME=VALUE`);
      }
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') {
    throw new ArgumentError(`got no --${name}, supply one`);
  }
  return value;
}

function countOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) {
    throw new ArgumentError(`got --${name}=${value}, supply a whole number`);
  }
  return Number(value);
}

function daysOf(name: string, value: string | undefined): number | undefined {
  const days = countOf(name, value);
  if (days === 0) throw new ArgumentError(`got --${name}=0, supply a day or more`);
  return days;
}

function portOf<T extends number | undefined>(
  name: string,
  value: string | undefined,
  fallback: T,
): number | T {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535) {
    throw new ArgumentError(`got --${name}=${value}, supply a port from 0 to 65535`);
  }
  return port;
}
