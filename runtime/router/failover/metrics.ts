import { Gauge, type Registry } from 'prom-client';
import type { CircuitTarget } from './circuit.ts';

/** Shows the targets that calls pass over; there are as many at most as policies name. */
export function measureCircuits(registry: Registry, open: () => readonly CircuitTarget[]): void {
  new Gauge({
    name: 'kars_circuit_open',
    help: 'Targets that are left alone after failures, by provider and model; others are not there.',
    labelNames: ['provider', 'model'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { provider, deployment } of open()) {
        this.set({ provider: provider.name, model: deployment }, 1);
      }
    },
  });
}
