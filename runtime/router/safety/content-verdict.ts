import {
  contentCategories,
  deny,
  severities,
  type ContentCategory,
  type ContentSafety,
  type Deny,
} from 'kars-constructs/contract';
import { isRecord } from '../surfaces/reach.ts';
import type { Content } from '../surfaces/surface.ts';

/** What a category is called by who judges content. */
const NAMES: Readonly<Record<ContentCategory, string>> = {
  hate: 'hate',
  selfHarm: 'self_harm',
  sexual: 'sexual',
  violence: 'violence',
};

const LEVELS: readonly string[] = severities.map((severity) => severity.toLowerCase());

/**
 * Judges the content of one call, part by part, by what the provider says of it. The first part that is over a
 * floor decides; at the end everything that was said has to be judged, so that a provider which is silent, or
 * says what nobody knows, refuses.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter-annotations
 */
export class ContentVerdict {
  readonly #safety: ContentSafety;
  readonly #rule: string;
  readonly #open = new Set<number>();
  #isPromptJudged = false;
  #denial: Deny | undefined;

  constructor(safety: ContentSafety, rule: string) {
    this.#safety = safety;
    this.#rule = rule;
  }

  /** Whether all that was said so far is judged. */
  get isJudged(): boolean {
    return this.#isPromptJudged && this.#open.size === 0;
  }

  /** Takes the next part; why the call ends, once there is such a reason. */
  take({ prompts, said, judged }: Content): Deny | undefined {
    for (const answer of said) this.#open.add(answer);
    for (const results of prompts) {
      this.#isPromptJudged = true;
      this.#denial ??= this.#overFloor(results, 'prompt') ?? this.#attack(results);
    }
    for (const { answer, results } of judged) {
      this.#open.delete(answer);
      this.#denial ??= this.#overFloor(results, 'answer');
    }
    return this.#denial;
  }

  /** Why the call ends, after all of its parts. */
  end(): Deny | undefined {
    if (this.#denial !== undefined || this.isJudged) return this.#denial;
    const silent = this.#isPromptJudged ? 'what the model has said' : 'the prompt';
    return this.#unjudged(`the provider says nothing of ${silent}`);
  }

  #overFloor(results: unknown, side: string): Deny | undefined {
    for (const category of contentCategories) {
      const highest = this.#safety[category];
      if (highest === undefined) continue;
      const severity = memberOf(results, NAMES[category], 'severity');
      const level = typeof severity === 'string' ? LEVELS.indexOf(severity) : -1;
      if (level === -1) return this.#unjudged(`the provider says nothing known of ${category}`);
      if (level <= severities.indexOf(highest)) continue;
      const reason = `the ${side} has ${category} of severity ${LEVELS[level] ?? ''}, allowed is ${highest.toLowerCase()}`;
      return deny('KARS_CONTENT_BLOCKED', this.#rule, reason);
    }
    return undefined;
  }

  #attack(results: unknown): Deny | undefined {
    if (this.#safety.requirePromptShields !== true) return undefined;
    const direct = memberOf(results, 'jailbreak', 'detected');
    // Without documents in a prompt there is no word of attacks in them.
    const indirect = memberOf(results, 'indirect_attack', 'detected') ?? false;
    if (typeof direct !== 'boolean' || typeof indirect !== 'boolean') {
      return this.#unjudged('the provider says nothing known of attacks in the prompt');
    }
    if (!direct && !indirect) return undefined;
    const reason = `the prompt has ${direct ? 'an attack of the user' : 'an attack in a document'}`;
    return deny('KARS_CONTENT_BLOCKED', this.#rule, reason);
  }

  #unjudged(reason: string): Deny {
    return deny('KARS_CONTENT_UNJUDGED', this.#rule, reason);
  }
}

function memberOf(results: unknown, category: string, member: string): unknown {
  const one = isRecord(results) ? results[category] : undefined;
  return isRecord(one) ? one[member] : undefined;
}
