import type { ContentSafety } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { ContentVerdict } from '../../../../runtime/router/safety/content-verdict.ts';
import { contentOfCompletion } from '../../../../runtime/router/surfaces/content-filters.ts';
import { annotation, completionOf, PROMPT } from './annotated.ts';

const floors: ContentSafety = { hate: 'Low', violence: 'Safe' };

const verdictOf = (answer: object, safety: ContentSafety = floors): string | undefined => {
  const verdict = new ContentVerdict(safety, 'rule');
  return (verdict.take(contentOfCompletion(answer)) ?? verdict.end())?.code;
};

const choice = (results: unknown, index = 0, content: unknown = 'hello'): object => ({
  index,
  message: { role: 'assistant', content },
  content_filter_results: results,
});

describe('the verdict over a whole answer', () => {
  it.each<[string, object]>([
    ['all is safe', completionOf([choice(annotation())])],
    ['a severity is that of the floor', completionOf([choice(annotation({ hate: 'low' }))])],
    ['a category without a floor is high', completionOf([choice(annotation({ sexual: 'high' }))])],
    ['a choice says nothing, and calls a tool', completionOf([choice({}, 0, null)])],
  ])('passes where %s', (_what, answer) => {
    expect(verdictOf(answer)).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['the answer', completionOf([choice(annotation({ hate: 'medium' }))]), 'BLOCKED'],
    [
      'its second choice',
      completionOf([choice(annotation()), choice(annotation({ violence: 'low' }), 1)]),
      'BLOCKED',
    ],
    [
      'the prompt',
      completionOf(
        [choice(annotation())],
        [{ content_filter_results: annotation({ hate: 'high' }) }],
      ),
      'BLOCKED',
    ],
    [
      'the second prompt',
      completionOf(
        [choice(annotation())],
        [PROMPT, { content_filter_results: annotation({ hate: 'high' }) }],
      ),
      'BLOCKED',
    ],
    ['an answer of which nothing is said', completionOf([choice(undefined)]), 'UNJUDGED'],
    [
      'a second choice of which nothing is said',
      completionOf([choice(annotation()), choice({}, 1)]),
      'UNJUDGED',
    ],
    ['a prompt of which nothing is said', completionOf([choice(annotation())], []), 'UNJUDGED'],
    ['no word of prompts', completionOf([choice(annotation())], null), 'UNJUDGED'],
    ['prompts that are no list', completionOf([choice(annotation())], 'safe'), 'UNJUDGED'],
    [
      'a severity that nobody knows',
      completionOf([choice(annotation({ hate: 'none' }))]),
      'UNJUDGED',
    ],
    [
      'a severity in other letters',
      completionOf([choice(annotation({ hate: 'HIGH' }))]),
      'UNJUDGED',
    ],
    ['a severity that is a number', completionOf([choice(annotation({ hate: 0 }))]), 'UNJUDGED'],
    [
      'a category that is left out',
      completionOf([choice({ hate: { severity: 'safe' } })]),
      'UNJUDGED',
    ],
    [
      'an annotation that comes later',
      completionOf([{ ...choice(annotation()), content_filter_offsets: { end_offset: 9 } }]),
      'UNJUDGED',
    ],
    ['an annotation that is a text', completionOf([choice('safe')]), 'UNJUDGED'],
  ])('refuses %s', (_what, answer, code) => {
    expect(verdictOf(answer)).toBe(`KARS_CONTENT_${code}`);
  });

  it.each<[string, object]>([
    ['content in parts', { content: [{ type: 'text', text: 'a' }] }],
    ['a refusal', { content: null, refusal: 'no' }],
    ['a sound', { content: null, audio: { transcript: 'a' } }],
    ['reasoning', { content: '', reasoning_content: 'a' }],
    ['reasoning in details', { content: '', reasoning_details: [{ text: 'a' }] }],
    ['a member that nobody knows', { content: null, thoughts: 'a' }],
  ])('refuses %s of which nothing is said', (_what, message) => {
    const answer = completionOf([{ index: 0, message }]);
    expect(verdictOf(answer)).toBe('KARS_CONTENT_UNJUDGED');
    expect(verdictOf(completionOf([{ index: 0, delta: message }]))).toBe('KARS_CONTENT_UNJUDGED');
  });

  it.each<[string, unknown]>([
    ['choices that are no list', { a: { message: { content: 'a' } } }],
    ['a choice that is a text', ['a']],
    ['a message that is a text', [{ index: 0, message: 'a' }]],
    ['text of a choice itself', [{ index: 0, text: 'a' }]],
    ['tokens of a choice', [{ index: 0, logprobs: { content: [{ token: 'a' }] } }]],
    ['a choice whose index is a text', [{ index: '0', message: { content: 'a' } }]],
    [
      'a choice of a number that another one has',
      [
        { index: 0, message: { content: 'a' } },
        { index: 0, message: { content: 'b' }, content_filter_results: annotation() },
      ],
    ],
  ])('refuses %s of which nothing is said', (_what, choices) => {
    expect(verdictOf({ ...completionOf([]), choices })).toBe('KARS_CONTENT_UNJUDGED');
  });

  it('refuses attacks in a prompt, and no word of them, where shields are asked for', () => {
    const shields: ContentSafety = { requirePromptShields: true };
    const prompt = (results: object): object =>
      completionOf([choice(annotation())], [{ content_filter_results: results }]);
    const none = { jailbreak: { detected: false } };
    expect(verdictOf(prompt(none), shields)).toBeUndefined();
    const direct = { jailbreak: { detected: true } };
    expect(verdictOf(prompt(direct), shields)).toBe('KARS_CONTENT_BLOCKED');
    const indirect = { ...none, indirect_attack: { detected: true } };
    expect(verdictOf(prompt(indirect), shields)).toBe('KARS_CONTENT_BLOCKED');
    expect(verdictOf(prompt({}), shields)).toBe('KARS_CONTENT_UNJUDGED');
    const unknown = { ...none, indirect_attack: { detected: 'no' } };
    expect(verdictOf(prompt(unknown), shields)).toBe('KARS_CONTENT_UNJUDGED');
    expect(verdictOf(prompt(direct), {})).toBeUndefined();
  });
});
