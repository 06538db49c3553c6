import type { CircuitStatus } from 'kars-constructs/contract';
import { Gauge, type Registry } from 'prom-client';

/** Shows the targets that calls pass over; there are as many at most as the policy names. */
export function measureCircuits(registry: Registry, all: () => readonly CircuitStatus[]): void {
  new Gauge({
    name: 'kars_circuit_open',
    help: 'Targets that are left alone after failures, or of which the next call is a probe, by provider and model; others are not there.',
    labelNames: ['provider', 'model'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { provider, model, state } of all()) {
        if (state !== 'closed') this.set({ provider, model }, 1);
      }
    },
  });
}
