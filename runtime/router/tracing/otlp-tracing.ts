import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { RELEASE } from 'kars-constructs/contract';
import { Counter, type Registry } from 'prom-client';
import type { Log } from '../../service/log.ts';
import { CountedExporter } from './counted-exporter.ts';
import { operationOf, spanAttributes } from './span-attributes.ts';
import type { CallEnd, TracedCall, Tracing } from './traced-call.ts';

/** How spans are sent. */
export interface OtlpOptions {
  /** Base URL of a collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly sandbox: string;
  readonly registry: Registry;
  readonly log: Log;
  /** How long a span waits for others. @default five seconds */
  readonly delayMilliseconds?: number;
  /** For one request to the collector, attempts included, and for the last one at the end. @default five seconds */
  readonly exportMilliseconds?: number;
}

/** Spans that wait; further ones are dropped. */
const MOST_WAITING = 2048;

/** Spans in a request. */
const BATCH = 512;

const FIVE_SECONDS = 5000;

/**
 * Makes a span of each call to a model, and sends them to a collector by OTLP over HTTP. No call waits for it: a
 * collector that is away costs the spans, and no more memory than {@link MOST_WAITING} of them.
 */
export function otlpTracing({
  endpoint,
  sandbox,
  registry,
  log,
  delayMilliseconds = FIVE_SECONDS,
  exportMilliseconds = FIVE_SECONDS,
}: OtlpOptions): Tracing {
  const spans = new Counter({
    name: 'kars_spans_total',
    help: 'Spans of calls, by what became of them: made, exported, failed; others wait, or were dropped.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const sender = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: exportMilliseconds,
    // There is one request at a time, and at the end all that are left.
    concurrencyLimit: MOST_WAITING / BATCH + 1,
  });
  const exporter = new CountedExporter(sender, spans, log);
  const ids = new GivenTraceIds();
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    resource: resourceFromAttributes({
      'service.name': 'kars-router',
      'service.version': RELEASE,
      'kars.sandbox': sandbox,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: MOST_WAITING,
        maxExportBatchSize: BATCH,
        scheduledDelayMillis: delayMilliseconds,
        exportTimeoutMillis: exportMilliseconds,
      }),
    ],
  });
  const tracer = provider.getTracer('kars-router', RELEASE);
  return {
    end: (call, end) => {
      const operation = operationOf(end.surface);
      if (operation === undefined) return;
      const { target, began } = call;
      const name = target === undefined ? operation : `${operation} ${target.deployment}`;
      ids.next = call.id;
      const attributes = spanAttributes(operation, call, end);
      const options = { kind: SpanKind.CLIENT, startTime: began, attributes };
      const span = tracer.startSpan(name, options, contextOf(call));
      if (isFailed(end)) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      spans.inc({ outcome: 'made' });
    },
    close: async () => {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, exportMilliseconds).unref();
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

const isFailed = ({ code }: CallEnd): boolean => code !== '2xx';

function contextOf({ parent }: TracedCall): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId } = parent;
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

/** Gives a trace the id that the audit log has already. */
class GivenTraceIds extends RandomIdGenerator {
  next = '';
  override generateTraceId = (): string => this.next;
}
