import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { httpHeaders, runtimeCodes, type Deny } from 'kars-constructs/contract';
import { Counter, Histogram, Registry } from 'prom-client';
import { TracedCall, type Tracing } from './tracing/traced-call.ts';
import type { Upstream } from './upstream.ts';
import { whenClosed } from './when-closed.ts';

/** From a request that is refused at once to one whose body comes slowly. */
const OVERHEAD_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10];

/** From a small model nearby to one that thinks first. */
const FIRST_TOKEN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120];

/** Statuses of faults that are a provider's. @see RFC 9110, sections 15.6.3 and 15.6.5 */
const OF_PROVIDERS: ReadonlySet<number> = new Set([502, 504]);

/** How a request ends whose client does not wait for the answer. */
const GONE = 'gone';

/** What the router measures of requests; label values come from closed sets. */
export class CallMetrics {
  readonly requests: Counter<'surface' | 'code'>;
  readonly overhead: Histogram<'surface'>;
  readonly firstToken: Histogram<'surface'>;
  readonly upstreamErrors: Counter<'code'>;
  readonly #watches = new WeakMap<ServerResponse, CallWatch>();

  readonly #tracing: Tracing | undefined;

  /**
   * @param registry where they are shown. @default nowhere
   * @param tracing what makes spans of them. @default nothing does
   */
  constructor(registry = new Registry(), tracing?: Tracing) {
    this.#tracing = tracing;
    const registers = [registry];
    this.requests = new Counter({
      name: 'kars_requests_total',
      help: 'Requests that have ended, by surface and by the code of a denial or the class of a status; gone when the client did not wait.',
      labelNames: ['surface', 'code'],
      registers,
    });
    this.overhead = new Histogram({
      name: 'kars_request_overhead_seconds',
      help: 'Time from the headers of a request until it is sent to a provider for the first time: reading, decision, budget and record.',
      labelNames: ['surface'],
      buckets: OVERHEAD_SECONDS,
      registers,
    });
    this.firstToken = new Histogram({
      name: 'kars_time_to_first_token_seconds',
      help: 'Time from the headers of a request until its stream has the first thing that the model says.',
      labelNames: ['surface'],
      buckets: FIRST_TOKEN_SECONDS,
      registers,
    });
    this.upstreamErrors = new Counter({
      name: 'kars_upstream_errors_total',
      help: 'What providers failed at, by the code of the fault or the status: 429, or the class of another error.',
      labelNames: ['code'],
      registers,
    });
  }

  /** Watches a request from its headers on. */
  watch(reply: FastifyReply): CallWatch {
    const watch = new CallWatch(this, reply.request.headers[httpHeaders.traceParent.name]);
    const { raw } = reply;
    this.#watches.set(raw, watch);
    whenClosed(raw, () => {
      const { surface } = watch;
      const code = raw.writableFinished ? codeOf(reply) : GONE;
      this.requests.inc({ surface, code });
      this.#tracing?.end(watch.traced, { surface, code, status: reply.statusCode });
    });
    return watch;
  }

  /** The watch of a request that is under way. */
  of(reply: FastifyReply): CallWatch {
    return this.#watches.get(reply.raw) ?? this.watch(reply);
  }
}

/** One request. */
export class CallWatch {
  /** What serves it. */
  surface = 'http';
  /** What is known of it for its span. */
  readonly traced: TracedCall;
  readonly #metrics: CallMetrics;
  readonly #began = performance.now();
  #isSent = false;
  #hasSaid = false;

  /** @param traceParent as the request has it */
  constructor(metrics: CallMetrics, traceParent?: unknown) {
    this.#metrics = metrics;
    this.traced = new TracedCall(traceParent);
  }

  /** What sends it to a provider. */
  through(upstream: Pick<Upstream, 'send'>): Pick<Upstream, 'send'> {
    return {
      send: async (request, signal) => {
        this.#sent();
        const result = await upstream.send(request, signal);
        if (signal.aborted) return result;
        if ('denial' in result) this.#count(result.denial.code);
        else if (result.status >= 400) this.#count(errorClass(result.status));
        return result;
      },
    };
  }

  /** An answer goes no further: that its provider failed at it, and not that a policy refuses it, is counted. */
  failed({ code }: Deny): void {
    if (OF_PROVIDERS.has(runtimeCodes[code].status)) this.#count(code);
  }

  /** Its stream has something that the model says. */
  said(): void {
    if (this.#hasSaid) return;
    this.#hasSaid = true;
    this.#metrics.firstToken.observe({ surface: this.surface }, this.#seconds());
  }

  #sent(): void {
    if (this.#isSent) return;
    this.#isSent = true;
    this.#metrics.overhead.observe({ surface: this.surface }, this.#seconds());
  }

  #count(code: string): void {
    this.#metrics.upstreamErrors.inc({ code });
  }

  #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }
}

/** The code of a denial, or the class of a status. */
const codeOf = (reply: FastifyReply): string => {
  const code = reply.getHeader(httpHeaders.code.name);
  return typeof code === 'string' ? code : classOf(reply.statusCode);
};

const classOf = (status: number): string => `${Math.min(5, Math.floor(status / 100))}xx`;

const errorClass = (status: number): string => (status === 429 ? '429' : classOf(status));
