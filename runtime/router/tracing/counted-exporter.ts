import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Counter } from 'prom-client';
import type { Log } from '../../service/log.ts';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** Code of a result that says that the spans were taken. */
const TAKEN = 0;

/** An exporter that says what became of its spans: in numbers, and in the log when that changes. */
export class CountedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #spans: Counter<'outcome'>;
  readonly #log: Log;
  #isFailing = false;

  constructor(exporter: SpanExporter, spans: Counter<'outcome'>, log: Log) {
    this.#exporter = exporter;
    this.#spans = spans;
    this.#log = log;
  }

  export(spans: ReadableSpan[], told: (result: Result) => void): void {
    this.#exporter.export(spans, (result) => {
      const code: number = result.code;
      const isFailing = code !== TAKEN;
      this.#spans.inc({ outcome: isFailing ? 'failed' : 'exported' }, spans.length);
      if (isFailing && !this.#isFailing) {
        this.#log.warn('traces-failed', { error: result.error?.message ?? 'unknown' });
      }
      if (!isFailing && this.#isFailing) this.#log.info('traces-exported');
      this.#isFailing = isFailing;
      told(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }
}
