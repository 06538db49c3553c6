import type { TokenUsage } from '../../service/decision-recorder.ts';
import type { Provider } from '../surfaces/surface.ts';
import { newTraceId, readTraceParent, type TraceParent } from './trace-parent.ts';

/** What a call was sent to. */
export interface TracedTarget {
  readonly provider: Pick<Provider, 'name' | 'endpoint' | 'api'>;
  readonly deployment: string;
}

/** What is known of a call for its span: nothing that the agent or the model has said. */
export class TracedCall {
  /** Undefined where the trace begins here. */
  readonly parent: TraceParent | undefined;
  /** Milliseconds since 1970. */
  readonly began = Date.now();
  /** The last one, of several. */
  target: TracedTarget | undefined;
  usage: TokenUsage | undefined;
  readonly finishReasons: string[] = [];
  #id: string | undefined;

  /** @param header `traceparent` of the request */
  constructor(header: unknown) {
    this.parent = readTraceParent(header);
  }

  /** Of the trace, as the audit log has it. */
  get id(): string {
    this.#id ??= this.parent?.traceId ?? newTraceId();
    return this.#id;
  }

  /** Takes why answers of the model ended. */
  finished(reasons: readonly string[]): void {
    for (const reason of reasons.slice(0, MOST_REASONS - this.finishReasons.length)) {
      this.finishReasons.push(REASON.test(reason) ? reason : 'other');
    }
  }
}

const MOST_REASONS = 16;

/** A word as all APIs have them; a text would be something that was said. */
const REASON = /^[a-z_]{1,32}$/;

/** How a call ended. */
export interface CallEnd {
  readonly surface: string;
  /** Code of a denial, class of a status, or `gone`. */
  readonly code: string;
  readonly status: number;
}

/** Where spans go. */
export interface Tracing {
  readonly end: (call: TracedCall, end: CallEnd) => void;
  /** Sends what is left, for as long as that is no hindrance. */
  readonly close: () => Promise<void>;
}
