import type { Construct } from 'constructs';
import {
  inferencePolicy as definition,
  type inferencePolicySpec,
  type InferencePolicySpec,
} from '../contract/kinds/inference-policy.ts';
import type { ContentStreaming, Severity } from '../contract/kinds/content-safety.ts';
import type { Problem } from '../contract/problem.ts';
import type { ProviderAct } from '../contract/provider-acts.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { problem } from '../private/problems.ts';
import type { ModelProvider } from './model-provider.ts';
import { modelProblems, modelRefs, providersOf, type PolicyModel } from './models.ts';

/** Props of {@link InferencePolicy}. */
export interface InferencePolicyProps extends CustomResourceProps {
  /**
   * Where the models are served that name no provider themselves.
   *
   * @default each model names its own
   */
  readonly provider?: ModelProvider;
  /** Every model that a request may name. The first one serves requests that name none. */
  readonly models: readonly (string | PolicyModel)[];
  /**
   * Most output tokens of one request, a positive integer. A request that asks for more is refused,
   * one that names no limit gets this one.
   *
   * @default no limit
   */
  readonly maxTokensPerRequest?: number;
  /**
   * Most tokens of input and output in an hour, a day and a month, UTC. They are charged before a call, at
   * most what it can use, and settled by what the provider reports.
   *
   * @default no budget
   */
  readonly tokenBudget?: TokenBudget;
  /**
   * How many requests there may be. One more is told to wait, which clients do by themselves.
   *
   * @default no limit
   */
  readonly callLimits?: CallLimits;
  /**
   * Highest severity of content that passes, in prompts and answers, by category. Who serves a model has to say
   * what its content is, as Azure OpenAI does; an answer of which nobody says so is refused.
   *
   * @default everything passes
   */
  readonly contentSafety?: ContentSafetyProps;
  /**
   * What providers may do for the agent beside saying something: search, run code, fetch, keep. It is egress that
   * no proxy of the sandbox sees, so that the platform has to allow it too, by `admission.providerReach`. URLs
   * that a request names have to be in the egress of the sandbox besides.
   *
   * @default nothing
   */
  readonly providerReach?: readonly ProviderAct[];
}

/** Content that may not pass. */
export interface ContentSafetyProps {
  /** @default any passes */
  readonly hate?: Severity;
  /** @default any passes */
  readonly selfHarm?: Severity;
  /** @default any passes */
  readonly sexual?: Severity;
  /** @default any passes */
  readonly violence?: Severity;
  /** Whether prompts are refused in which the provider finds an attack, or of which it says nothing. @default false */
  readonly promptShields?: boolean;
  /**
   * How a stream goes on before all of it is judged. `Buffer` holds all of it, so that nothing leaves of an answer
   * that is refused. `Window` holds what is not judged yet: what came before that has been seen. `Audit` refuses
   * nothing, and has the audit log say what it would have refused.
   *
   * @default 'Buffer'
   */
  readonly streaming?: ContentStreaming;
}

/** Positive integers. */
export interface CallLimits {
  /** Requests that begin in any minute. @default no limit */
  readonly requestsPerMinute?: number;
  /** Requests that are under way at once. @default no limit */
  readonly concurrentRequests?: number;
}

/** Tokens of input and output, positive integers; a longer window has as many as a shorter one at least. */
export interface TokenBudget {
  /** @default no limit */
  readonly hourly?: number;
  /** @default no limit */
  readonly daily?: number;
  /** @default no limit */
  readonly monthly?: number;
  /**
   * Charged before a request whose input nobody can count, such as one with images or for a provider that
   * searches; what the provider reports is charged in the end, so that it should be no less than that.
   *
   * @default such a request is refused
   */
  readonly uncountedInput?: number;
}

/**
 * Which models a sandbox may use, and how much of them.
 *
 * @example
 * new InferencePolicy(chart, 'models', {
 *   provider: ModelProvider.openAiCompatible({ name: 'local', endpoint: 'https://models.example.com/v1' }),
 *   models: ['gpt-4o-mini'],
 * });
 */
export class InferencePolicy extends CustomResource<typeof inferencePolicySpec> {
  /** Where the models are served. */
  readonly providers: readonly ModelProvider[];

  constructor(scope: Construct, id: string, props: InferencePolicyProps) {
    super(scope, id, props, () => ({ definition, spec: toSpec(props), problems: check(props) }));
    this.providers = providersOf(props);
  }
}

function toSpec(props: InferencePolicyProps): InferencePolicySpec {
  const { maxTokensPerRequest, tokenBudget = {}, callLimits, providerReach = [] } = props;
  const budget = {
    ...(maxTokensPerRequest === undefined ? {} : { perRequestTokens: maxTokensPerRequest }),
    ...(tokenBudget.hourly === undefined ? {} : { hourlyTokens: tokenBudget.hourly }),
    ...(tokenBudget.daily === undefined ? {} : { dailyTokens: tokenBudget.daily }),
    ...(tokenBudget.monthly === undefined ? {} : { monthlyTokens: tokenBudget.monthly }),
    ...(tokenBudget.uncountedInput === undefined
      ? {}
      : { uncountedInputTokens: tokenBudget.uncountedInput }),
  };
  const [primary, ...fallback] = modelRefs(props);
  return {
    appliesTo: {},
    ...(primary === undefined ? {} : { modelPreference: { primary, fallback } }),
    ...(Object.keys(budget).length === 0 ? {} : { tokenBudget: budget }),
    ...(callLimits === undefined ? {} : { callLimits }),
    ...(props.contentSafety === undefined
      ? {}
      : { contentSafety: safetySpec(props.contentSafety) }),
    providers: providersOf(props).map(({ spec }) => spec),
    ...(providerReach.length === 0 ? {} : { providerReach: [...providerReach] }),
  };
}

const safetySpec = ({ promptShields, ...given }: ContentSafetyProps) => ({
  ...given,
  ...(promptShields === undefined ? {} : { requirePromptShields: promptShields }),
});

function check(props: InferencePolicyProps): Problem[] {
  const { maxTokensPerRequest: limit } = props;
  return [
    ...modelProblems(props),
    ...(limit === undefined || (Number.isSafeInteger(limit) && limit > 0)
      ? []
      : [
          problem(
            'KARS_BUDGET_INVALID',
            'maxTokensPerRequest',
            `got ${limit}, supply a positive integer`,
          ),
        ]),
  ];
}
