import { Gauge, type Registry } from 'prom-client';
import type { WindowKind } from './windows.ts';

/** Shows what is left of the windows that have a limit. */
export function measureBudget(
  registry: Registry,
  left: () => ReadonlyMap<WindowKind, number>,
): void {
  new Gauge({
    name: 'kars_budget_tokens_left',
    help: 'Tokens that are left of the budget, by window; windows without a limit are not there.',
    labelNames: ['window'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [window, tokens] of left()) this.set({ window }, tokens);
    },
  });
}
