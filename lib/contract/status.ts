import * as z from 'zod';
import { int64, uint32 } from './primitives.ts';

/** A text that a controller reports. */
export const reportedText = (description: string) => z.string().nullish().describe(description);

/** A whole number that a controller reports. */
export const reportedNumber = (description: string) => int64().nullish().describe(description);

/** The name of an object that a controller made. */
export const reportedRef = (description: string) =>
  z
    .strictObject({ name: z.string().describe('Name in the namespace of this object.') })
    .nullish()
    .describe(description);

/** A count that cannot be negative, in a report. */
export const reportedCount = (description: string) => uint32().describe(description);

const generation = 'Generation of the spec that this was found for.';

const condition = z.strictObject({
  type: z.string().describe('What the condition is about.'),
  status: z.string().describe('True, False or Unknown.'),
  reason: z.string().describe('One word for programs.'),
  message: z.string().describe('A sentence for humans.'),
  lastTransitionTime: z
    .string()
    .meta({ format: 'date-time' })
    .describe('When the status last changed.'),
  observedGeneration: int64().optional().describe(generation),
});

/** Status of a kind that kars v0.1.x generates: what all of them report, and members of its own. */
export const statusOf = <Own extends z.ZodRawShape>(own: Own) =>
  z.strictObject({
    phase: reportedText('Where the object stands, in one word.'),
    observedGeneration: reportedNumber(generation),
    conditions: z.array(condition).nullish().describe('What holds of the object, one each.'),
    ...own,
  });
