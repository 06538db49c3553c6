import { ArgumentError } from '../../service/arguments.ts';
import type { Sidecar } from '../../service/sidecar.ts';
import type { Tracing } from './traced-call.ts';

/**
 * Starts to send spans to a collector, where there is one.
 *
 * @throws ArgumentError when it is none.
 */
export async function startTracing(
  endpoint: string | undefined,
  sandbox: string,
  { registry, log }: Pick<Sidecar, 'registry' | 'log'>,
): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new ArgumentError(`got --traces=${endpoint}, supply an http or https URL`);
  }
  // Only who traces has the libraries in memory.
  const { otlpTracing } = await import('./otlp-tracing.ts');
  return otlpTracing({ endpoint, sandbox, registry, log });
}
