import type { NetworkAttack } from './network-attack.ts';
import { proxyAttacks } from './proxy-attacks.ts';
import { routerAttacks } from './router/index.ts';

/** Attempts to have a sidecar, or a provider behind it, go where the agent may not. */
export const sidecarAttacks: readonly NetworkAttack[] = [...proxyAttacks, ...routerAttacks];
