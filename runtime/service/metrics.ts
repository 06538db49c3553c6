import { collectDefaultMetrics, Counter, Registry } from 'prom-client';

/** The metrics that every sidecar has. */
export interface Metrics {
  readonly registry: Registry;
  readonly decisions: Counter<'surface' | 'decision' | 'code'>;
  readonly tokens: Counter<'direction'>;
}

/** A fresh registry with the metrics of a sidecar; label values come from closed sets. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    decisions: new Counter({
      name: 'kars_decisions_total',
      help: 'Calls decided, by surface, decision and code.',
      labelNames: ['surface', 'decision', 'code'],
      registers: [registry],
    }),
    tokens: new Counter({
      name: 'kars_tokens_total',
      help: 'Tokens that providers reported, by direction.',
      labelNames: ['direction'],
      registers: [registry],
    }),
  };
}
