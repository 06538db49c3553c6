/** Isolation levels from the lowest to the highest. */
export const isolationLevels = ['standard', 'enhanced', 'confidential'] as const;

/** How far an agent is kept from its node. */
export type IsolationLevel = (typeof isolationLevels)[number];
