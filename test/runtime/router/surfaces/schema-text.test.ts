import { describe, expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { codeOf, hello, startRouter } from '../support.ts';

const many = `{"a":[${'0,'.repeat(200_000)}0]}`;

const deep = '['.repeat(100_000) + ']'.repeat(100_000);

describe('a schema that is a text', () => {
  it.each<[string, object]>([
    ['values in guided_json', { guided_json: many }],
    ['values in structured_outputs', { structured_outputs: many }],
    ['levels', { guided_json: deep }],
  ])('has no more %s than a body may have', async (_what, more) => {
    const provider = await startProvider();
    const { post } = await startRouter(provider.endpoint);
    const answer = await post({ ...hello, ...more });
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe('KARS_FIELD_UNKNOWN');
    expect(provider.requests).toHaveLength(0);
  });
});
