import type { Deny, ProviderAct } from 'kars-constructs/contract';
import {
  first,
  isNothing,
  isRecord,
  noReach,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from './reach.ts';

/** What becomes of the fields of a request. */
export interface Fields {
  /** A decision reads them. */
  readonly decided: readonly string[];
  /** They say how the model answers, and make the provider fetch, run and keep nothing. */
  readonly inert: readonly string[];
  /** By them the provider would act for the agent, and what it would do; a text where no policy can name that. */
  readonly reaching: Readonly<Record<string, string | ActField>>;
}

/** A field by which the provider does what a policy may name. */
export interface ActField {
  readonly act: ProviderAct;
  readonly does: string;
  /** Members that an object in it may have. @default it is no object */
  readonly members?: readonly string[];
  /** Whether its value is judged elsewhere. */
  readonly isJudged?: true;
}

/** The fields of the requests of one surface: what is in no list is refused. */
export class FieldTable {
  readonly #passing: ReadonlySet<string>;
  readonly #acts: ReadonlyMap<string, string | ActField>;

  constructor({ decided, inert, reaching }: Fields) {
    this.#passing = new Set([...decided, ...inert]);
    this.#acts = new Map(Object.entries(reaching));
  }

  /** Refuses a request for what one of its fields would have the provider do. */
  refuse(request: Readonly<Record<string, unknown>>, reach: Reach = noReach): Deny | undefined {
    return first(Object.entries(request), ([name, value]) => {
      if (this.#passing.has(name) || isNothing(value)) return undefined;
      const field = this.#acts.get(name);
      if (field === undefined) return refuseUnknown(name);
      const { does, act } = typeof field === 'string' ? { does: field } : field;
      return (
        reach.refuse(act, `${name}, with which the provider ${does}`) ??
        (typeof field === 'string' ? undefined : refuseValue(name, value, field))
      );
    });
  }

  /**
   * A request without the fields that nobody knows and that say nothing: a server that reads names without
   * case would take `Max_Tokens: null` for the limit.
   */
  known<R extends object>(request: R): R {
    const isKept = (name: string): boolean => this.#passing.has(name) || this.#acts.has(name);
    return keepFields(request, isKept);
  }
}

/** Refuses what a field says more than is known of it. */
function refuseValue(name: string, value: unknown, field: ActField): Deny | undefined {
  if (field.isJudged === true || typeof value !== 'object') return undefined;
  return isRecord(value)
    ? refuseFieldsBut(new Set(field.members), name, value)
    : refuseUnknown(`${name} that is a list`);
}

/** A value with some of its fields. */
export const keepFields = <T extends object>(value: T, isKept: (name: string) => boolean): T =>
  Object.fromEntries(Object.entries(value).filter(([name]) => isKept(name))) as T;

/** By which servers of OpenAI's API act for the agent, on whatever surface. */
export const openAiReaching = {
  background: { act: 'Background', does: 'works on after the connection has ended' },
  conversation: { act: 'StoredState', does: 'goes on from what it has kept', members: ['id'] },
  data_sources: 'reads from a data source that the request names',
  enable_search: { act: 'WebSearch', does: 'searches the web' },
  mcp_servers: 'calls MCP servers',
  models: 'chooses among models that no policy has seen',
  plugins: 'runs plug-ins',
  previous_response_id: { act: 'StoredState', does: 'goes on from what it has kept' },
  provider: 'passes the request on to others',
  route: 'passes the request on to others',
  search_parameters: 'searches the web',
  store: { act: 'StoredState', does: 'keeps the conversation' },
  web_search_options: {
    act: 'WebSearch',
    does: 'searches the web',
    members: ['search_context_size', 'user_location'],
  },
} as const satisfies Fields['reaching'];

/**
 * How servers of OpenAI's API choose the next token, on whatever surface.
 *
 * @see https://docs.vllm.ai/en/stable/serving/openai_compatible_server/
 */
export const samplingFields = [
  'frequency_penalty',
  'guided_choice',
  'guided_grammar',
  'guided_json',
  'guided_regex',
  'ignore_eos',
  'length_penalty',
  'logit_bias',
  'logprobs',
  'min_p',
  'min_tokens',
  'presence_penalty',
  'repetition_penalty',
  'seed',
  'skip_special_tokens',
  'stop',
  'stop_token_ids',
  'temperature',
  'top_k',
  'top_p',
  'user',
] as const;
