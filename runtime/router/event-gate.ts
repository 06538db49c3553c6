import type { Deny } from 'kars-constructs/contract';
import type { ServerEvent, StreamStep } from './surfaces/surface.ts';

/** An event that may go on, and what it says. */
export interface Passing {
  readonly event: ServerEvent;
  readonly step: StreamStep;
}

/** Holds events of a stream back until they are judged. */
export interface EventGate {
  /** The events that may go on now, or why the stream ends. */
  take(passing: Passing): readonly Passing[] | Promise<readonly Passing[] | Deny>;
}
