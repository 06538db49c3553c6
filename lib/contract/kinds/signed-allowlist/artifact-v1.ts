import { failure, success, type Result } from '../../problem.ts';
import { hostFault, portFault } from '../../names.ts';
import { compileEgressAllowlist } from '../kars-sandbox/egress-allowlist.ts';
import type { AllowlistArtifact } from './artifact.ts';

/** Media type of the list of kars v0.1.x, and of its one layer. */
export const ALLOWLIST_V1_TYPE = 'application/vnd.kars.egress-allowlist.v1+yaml';

const BEFORE_GENERATION = [
  'apiVersion: kars.dev/v1alpha1',
  'kind: EgressAllowlist',
  'metadata:',
] as const;

const BEFORE_ENDPOINTS = ['spec:', '  endpoints:'] as const;

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads a list of kars v0.1.x: exactly the bytes that its tools write, so that no two programs read one of
 * them in two ways. It names no repository; the signature of that time does.
 */
export function decodeAllowlistV1(text: string, repository: string): Result<AllowlistArtifact> {
  const read = readLines(text.split('\n'));
  if (typeof read === 'string') return malformed(read);
  const fault = read.endpoints.map(endpointFault).find((each) => each !== undefined);
  if (fault !== undefined) return malformed(fault);
  if (!isAscending(read.endpoints)) {
    return malformed('has endpoints that are not in order, or twice; write it with the tools of kars v0.1.x'); // prettier-ignore
  }
  const compiled = compileEgressAllowlist({ allowedEndpoints: read.endpoints });
  return compiled.ok
    ? success({ repository, generation: read.generation, allowlist: compiled.value })
    : compiled;
}

/** The parts of the text, or what is wrong with it. */
function readLines(
  lines: readonly string[],
): { readonly generation: number; readonly endpoints: readonly Endpoint[] } | string {
  const unlike = (line: number): string =>
    `differs in line ${line + 1} from what the tools of kars v0.1.x write`;
  const [first, second] = [BEFORE_GENERATION.length, BEFORE_GENERATION.length + 1];
  const begin = second + BEFORE_ENDPOINTS.length;
  for (const [index, line] of BEFORE_GENERATION.entries()) {
    if (lines[index] !== line) return unlike(index);
  }
  const [, digits = ''] = /^ {2}generation: ([1-9]\d{0,15})$/.exec(lines[first] ?? '') ?? [];
  const generation = Number(digits);
  if (digits === '' || !Number.isSafeInteger(generation)) return unlike(first);
  for (const [index, line] of BEFORE_ENDPOINTS.entries()) {
    if (lines[second + index] !== line) return unlike(second + index);
  }
  if (lines.at(-1) !== '') return unlike(lines.length - 1);
  const endpoints: Endpoint[] = [];
  for (let at = begin; at < lines.length - 1; at += 2) {
    const [, host = ''] = /^ {4}- host: ([a-z0-9.-]+)$/.exec(lines[at] ?? '') ?? [];
    if (host === '') return unlike(at);
    const [, port = ''] = /^ {6}port: ([1-9]\d{0,4})$/.exec(lines[at + 1] ?? '') ?? [];
    if (port === '') return unlike(at + 1);
    endpoints.push({ host, port: Number(port) });
  }
  return endpoints.length === 0 ? unlike(begin) : { generation, endpoints };
}

/** Why an endpoint has no entry that says the same; undefined when it has one. */
function endpointFault({ host, port }: Endpoint): string | undefined {
  const fault = hostFault(host) ?? portFault(port);
  return fault === undefined ? undefined : `cannot be said as an entry: ${fault}`;
}

const isAscending = (endpoints: readonly Endpoint[]): boolean =>
  endpoints.every(({ host, port }, index) => {
    const before = endpoints[index - 1];
    return (
      before === undefined || before.host < host || (before.host === host && before.port < port)
    );
  });

const malformed = (message: string): Result<never> =>
  failure({ path: 'artifact', code: 'KARS_ALLOWLIST_MALFORMED', message });
