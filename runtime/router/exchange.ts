import type { Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import type { Demand } from './budget/budget.ts';
import type { JudgedRequest } from './decide-call.ts';
import type {
  ContentOf,
  ModelRequest,
  Provider,
  ServerEvent,
  StreamStep,
  Streaming,
  Surface,
  ToolCall,
} from './surfaces/surface.ts';

/** Says what a provider answers in the API that the client speaks. */
export interface AnswerTranslator {
  /** A whole answer. */
  readonly answer: (answer: unknown) => object | Deny;
  /** An error, by its status and what the provider says of it. */
  readonly error: (status: number, error: ProviderError) => object;
  /** For one stream: the events that each event of the provider stands for. */
  readonly events: () => (event: ServerEvent) => readonly ServerEvent[] | Deny;
}

/** What a provider says of an error, as most have it. */
export interface ProviderError {
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
}

/** What is sent to a provider for a call, and how what comes back is read: in the API that the provider speaks. */
export interface Exchange {
  /** Below the base URL of the provider. */
  readonly path: string;
  /** What the provider wants to know besides. @default nothing */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the call may use. */
  readonly demand: Demand;
  /** What is sent; with this limit of tokens for each answer, where there is one. */
  readonly body: (outputOfEach: number | undefined) => ModelRequest;
  readonly isStreamed: boolean;
  /** What an event says; undefined for one that the API does not have. */
  readonly readEvent: (event: ServerEvent) => StreamStep | undefined;
  /** Whether a value is a whole answer. */
  readonly isAnswer: (value: unknown) => boolean;
  /** The tokens that a whole answer reports. */
  readonly usageOf: (answer: unknown) => TokenUsage | undefined;
  /** Calls of tools in a whole answer; judged as the provider wrote them, before anything is made of them. */
  readonly calledTools: (answer: unknown) => readonly ToolCall[];
  /** Most bytes of an event. */
  readonly eventBytes: number | undefined;
  /** What a whole answer, or the value of an event, says of content; undefined where nobody says anything of it. */
  readonly contentOf: ContentOf | undefined;
  /** Whether an answer has nothing that anybody could object to. */
  readonly isSilent: boolean;
  /** An event with other names in its calls. */
  readonly renamed: Streaming<ModelRequest>['renamed'];
  /** @default the client speaks the same API */
  readonly answers?: AnswerTranslator;
}

/** The exchange of a request, whose output has one limit at most, on a surface. */
export function exchangeOn<R extends ModelRequest>(
  surface: Surface<R>,
  { request, acts }: JudgedRequest<R>,
  provider: Provider,
): Exchange {
  const { path, inputBound, streaming, isAnswer, usageOf, calledTools } = surface;
  const output = surface.output === 'unbounded' ? undefined : surface.output;
  const isStreamed = request.stream === true && streaming !== undefined;
  const headers = surface.headersFor?.(acts);
  return {
    path,
    ...(headers === undefined ? {} : { headers }),
    demand: {
      // What has no bound of output has none at all, and what a provider fetches, finds or has kept nobody here has seen.
      input: () =>
        surface.output === 'unbounded' || acts.size > 0 ? undefined : inputBound(request),
      answers: output?.answers(request) ?? 0,
      output: output?.limits(request)[0],
    },
    body: (limit) => {
      const bounded =
        limit === undefined || output === undefined
          ? request
          : output.withLimit(request, limit, provider);
      return isStreamed ? streaming.ask(bounded) : bounded;
    },
    isStreamed,
    readEvent: (event) => streaming?.read(event, request),
    isAnswer,
    usageOf,
    calledTools: (answer) => calledTools?.(answer) ?? [],
    contentOf: surface.contentOf,
    isSilent: surface.output === undefined,
    renamed: streaming?.renamed,
    eventBytes: streaming?.eventBytes,
  };
}
