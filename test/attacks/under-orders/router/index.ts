import type { NetworkAttack } from '../network-attack.ts';
import { answers } from './answers.ts';
import { budgets } from './budgets.ts';
import { evaluations } from './evaluations.ts';
import { models } from './models.ts';
import { providers } from './providers.ts';
import { reachByChat } from './reach-by-chat.ts';
import { reachByMessages } from './reach-by-messages.ts';
import { reachByResponses } from './reach-by-responses.ts';
import { readings } from './readings.ts';
import { routes } from './routes.ts';
import { streams } from './streams.ts';
import { translations } from './translations.ts';

/** What would have a provider act for the agent. */
export const reachAttacks: readonly NetworkAttack[] = [
  ...reachByChat,
  ...reachByResponses,
  ...reachByMessages,
];

/** Attempts to have the router, or a provider behind it, do what policy does not allow. */
export const routerAttacks: readonly NetworkAttack[] = [
  ...reachAttacks,
  ...translations,
  ...readings,
  ...models,
  ...routes,
  ...evaluations,
  ...answers,
  ...streams,
  ...providers,
  ...budgets,
];
