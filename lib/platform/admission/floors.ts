/** Isolation levels from the lowest to the highest. */
export const isolationLevels = ['standard', 'enhanced', 'confidential'] as const;

/** How far an agent is kept from its node. */
export type IsolationLevel = (typeof isolationLevels)[number];

/** Severities of content from the lowest to the highest. */
export const severities = ['Safe', 'Low', 'Medium', 'High'] as const;

/** Highest severity of content that passes. */
export type Severity = (typeof severities)[number];

/** Categories of content that have a severity. */
export const contentCategories = ['hate', 'selfHarm', 'sexual', 'violence'] as const;

/** A category of content. */
export type ContentCategory = (typeof contentCategories)[number];
