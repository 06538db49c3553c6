import type {
  Deny,
  InferencePolicyPayload,
  ProviderAct,
  ProviderApi,
} from 'kars-constructs/contract';
import type { z } from 'zod';
import type { TokenUsage } from '../../service/decision-recorder.ts';
import type { Reach } from './reach.ts';

/** What requests of every surface say. */
export interface ModelRequest {
  readonly model?: string | undefined;
  readonly stream?: boolean | null | undefined;
  readonly [field: string]: unknown;
}

/** Where a model is served. */
export type Provider = InferencePolicyPayload['providers'][number];

/** A tool that a request offers to the model; one without a name runs at the provider. */
export interface OfferedTool {
  readonly type: string;
  readonly name?: string;
  /** What the provider does by it; absent where no policy can name that. */
  readonly act?: ProviderAct;
}

/** What a request has a provider do beside saying something. */
export type ProviderActs = ReadonlySet<ProviderAct>;

/** A call of a tool in an answer; one without a name runs, or has run, at the provider. */
export type ToolCall = OfferedTool;

/** What an event of a stream has of a call of a tool. */
export interface ToolCallPart {
  /** Which of the answers at once. */
  readonly answer: number;
  /** Tells the calls of a stream apart; undefined for one that stands whole in this event. */
  readonly call: string | undefined;
  /** Its name is a piece of the name, empty where the event has none. */
  readonly tool: ToolCall;
  /** Whether the name ends here at the latest, since what follows a name begins. */
  readonly isNamed: boolean;
  /** Whether it is told once more, after earlier events. */
  readonly isAgain?: boolean;
}

/** How much a request lets a model say. */
export interface OutputBound<R> {
  /** Answers that it asks for at once. */
  readonly answers: (request: R) => number;
  /** Every limit of one answer that it names, in tokens. */
  readonly limits: (request: R) => readonly number[];
  /** The request with this limit and no other. */
  readonly withLimit: (request: R, limit: number | undefined, provider: Provider) => R;
}

/** One event of a stream, as the HTML standard names its fields. */
export interface ServerEvent {
  /** Undefined where the stream names none. */
  readonly event: string | undefined;
  readonly data: string;
}

/** What an event of a stream says. */
export interface StreamStep {
  /** What is known of the usage since this event. */
  readonly usage?: Partial<TokenUsage> | undefined;
  /** Whether it has something that the model said, and so a token at least. */
  readonly hasText?: boolean;
  /** What it has of calls of tools. */
  readonly calls?: readonly ToolCallPart[];
  /** Answers that end with it. */
  readonly ended?: readonly number[];
  /** Why answers end with it, as the provider says. */
  readonly finishReasons?: readonly string[];
  /** Whether it is of no interest to the client. */
  readonly isHidden?: boolean;
  /** Whether it is the last. */
  readonly isEnd?: boolean;
}

/** How a surface streams. */
export interface Streaming<R> {
  /** The request that has the provider report usage. */
  readonly ask: (request: R) => R;
  /** What an event says; undefined for one that the surface does not have. */
  readonly read: (event: ServerEvent, request: R) => StreamStep | undefined;
  /** Most bytes of an event. @default {@link limits.eventBytes} */
  readonly eventBytes?: number;
  /** The event with other names in its calls, an empty one where the name is left out. @default names are never in pieces */
  readonly renamed?: (event: ServerEvent, names: ReadonlyMap<string, string>) => ServerEvent;
}

/** What somebody says of an answer; undefined where that cannot be read. */
export interface JudgedContent {
  /** Which of the answers at once. */
  readonly answer: number;
  readonly results: unknown;
}

/** What a whole answer, or an event of a stream, says, and what its provider says of that. */
export interface Content {
  /** Of the prompt. */
  readonly prompts: readonly unknown[];
  /** Answers that something is said in. */
  readonly said: readonly number[];
  /** Of all that was said up to here. */
  readonly judged: readonly JudgedContent[];
}

/** Nothing that anybody says. */
export const NO_CONTENT: Content = { prompts: [], said: [], judged: [] };

/** Reads what is said of content. */
export type ContentOf = (value: unknown) => Content;

/** How a surface says that there is no answer. */
export interface ErrorShape {
  readonly body: (denial: Deny) => object;
  /** The last event of a stream, which clients raise. */
  readonly event: (denial: Deny) => ServerEvent;
}

/** One way to use a model: what its requests may say, what they may cost, and how answers are read. */
export interface Surface<R extends ModelRequest> {
  /** As audit log and metrics have it. */
  readonly name: string;
  /** What a provider has to speak to serve it. */
  readonly api: ProviderApi;
  /** Below the base URL of a provider. */
  readonly path: string;
  /** The parts that decisions depend on; everything else passes as it came. */
  readonly request: z.ZodType<R>;
  /**
   * Refuses what the provider would fetch, run or keep for the agent, and fields that could be such.
   *
   * @param reach what it may do. @default nothing
   */
  readonly refuseReach: (request: R, reach?: Reach) => Deny | undefined;
  /** What a provider wants to know of what it is to do. @default nothing */
  readonly headersFor?: (acts: ProviderActs) => Readonly<Record<string, string>> | undefined;
  /**
   * Tools that a request offers, or has the model call. What it tells of earlier calls is no such thing: nobody
   * runs them again, and a policy that has lost a tool would end every conversation that has used it.
   *
   * @default none
   */
  readonly offeredTools?: (request: R) => readonly OfferedTool[];
  /** Calls of tools in a whole answer. @default none */
  readonly calledTools?: (answer: unknown) => readonly ToolCall[];
  /** Refuses tools that a server may take for others than those. @default none has members that matter */
  readonly refuseToolForm?: (request: R) => Deny | undefined;
  /** The request without what nobody knows, and with what must be said. */
  readonly forwarded: (request: R) => R;
  /** Undefined where a model says nothing, and `unbounded` where nothing limits what it gives. */
  readonly output: OutputBound<R> | 'unbounded' | undefined;
  /** Most tokens that the input can be; undefined where nobody knows. */
  readonly inputBound: (request: R) => number | undefined;
  /** Whether a value is a whole answer. */
  readonly isAnswer: (value: unknown) => boolean;
  /** The tokens that an answer reports. */
  readonly usageOf: (answer: unknown) => TokenUsage | undefined;
  /** What a whole answer, or the value of an event, says of content. @default providers of this surface say nothing of it */
  readonly contentOf?: ContentOf;
  /** Undefined where nothing is streamed. */
  readonly streaming: Streaming<R> | undefined;
  readonly errors: ErrorShape;
}
