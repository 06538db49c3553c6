import { isNothing } from './reach.ts';
import type { ToolCall } from './surface.ts';

/** What is in no form of a call that clients agree on, so that it is refused as what the provider runs is. */
export const UNKNOWN_CALL: ToolCall = { type: 'unknown' };

/** The entries of a list in an answer; undefined for what is none, and what a client may still go through as one. */
export const listIn = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : isNothing(value) ? [] : undefined;

/** A call by a name, or by a piece of it; a name that is no text is read in different ways. */
export const calledTool = (type: string, name: unknown): ToolCall =>
  typeof name === 'string' ? { type, name } : isNothing(name) ? { type, name: '' } : UNKNOWN_CALL;
