import { describe, expect, it } from 'vitest';
import { chat } from '../../../runtime/router/surfaces/chat/chat.ts';
import { startProvider } from '../../support/openai-provider.ts';
import { hello, startRouter } from './support.ts';

const refused = (body: object) => chat.refuseReach(chat.request.parse({ ...hello, ...body }));

const says = (...content: readonly unknown[]): object => ({
  messages: [{ role: 'user', content }],
});

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';

/** Each by another mechanism of some provider. */
const reaches: [what: string, body: object][] = [
  ['web search', { web_search_options: {} }],
  ['web search in the form of another provider', { search_parameters: { mode: 'on' } }],
  ['web search by a switch', { enable_search: true }],
  ['MCP servers', { mcp_servers: [{ url: 'https://evil.example' }] }],
  ['a data source', { data_sources: [{ type: 'azure_search', parameters: {} }] }],
  ['plug-ins', { plugins: [{ id: 'web' }] }],
  ['a kept conversation', { conversation: 'conv_1' }],
  ['a kept response', { previous_response_id: 'resp_1' }],
  ['a kept prompt', { prompt: { id: 'pmpt_1' } }],
  ['work in the background', { background: true }],
  ['keeping the conversation', { store: true }],
  ['models that no policy has seen', { models: ['other/model'] }],
  ['a route to other providers', { route: 'fallback' }],
  ['a choice of other providers', { provider: { order: ['other'] } }],
  ['an image by URL', says({ type: 'image_url', image_url: { url: 'https://evil.example/?d' } })],
  ['an image by URL alone', says({ type: 'image_url', image_url: 'http://169.254.169.254/' })],
  ['an image in a file', says({ type: 'image_url', image_url: { url: 'file:///etc/passwd' } })],
  ['an image by a relative URL', says({ type: 'image_url', image_url: { url: '//evil.example' } })],
  ['a video by URL', says({ type: 'video_url', video_url: { url: 'https://evil.example/v' } })],
  ['a sound by URL', says({ type: 'audio_url', audio_url: { url: 'gs://bucket/sound' } })],
  ['a sound by URL as data', says({ type: 'input_audio', input_audio: { data: 'http://a.b/c' } })],
  ['a kept file', says({ type: 'file', file: { file_id: 'file_1' } })],
  ['a file by URL', says({ type: 'file', file: { file_data: 'https://evil.example/f' } })],
  [
    'a file by a URL of its own',
    says({ type: 'file', file: { file_url: 'https://evil.example' } }),
  ],
  ['a kept answer', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
  [
    'an image by URL in the result of a tool',
    {
      messages: [
        {
          role: 'tool',
          tool_call_id: '1',
          content: [{ type: 'image_url', image_url: { url: 'https://evil.example' } }],
        },
      ],
    },
  ],
];

describe('the reach of a provider', () => {
  it('is refused beside an image that carries its content', () => {
    const image_url = { url: IMAGE };
    const beside = { type: 'image_url', image_url, video_url: { url: 'https://evil.example' } };
    expect(refused(says(beside))).toMatchObject({ code: 'KARS_FIELD_UNKNOWN' });
    expect(refused(says({ type: 'image_url', image_url }))).toBeUndefined();
  });

  it.each(reaches)('is refused by %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_PROVIDER_REACH' });
  });

  it.each([
    ['of the request', { chat_template: '{{ 1 }}' }],
    ['of the request, with a list', { logits_processors: ['os.system'] }],
    ['of a message', { messages: [{ role: 'user', content: 'a', url: 'https://evil.example' }] }],
    ['of an image', says({ type: 'image_url', image_url: { url: IMAGE, source: 'https://a.b' } })],
    ['that is a part of another type', says({ type: 'document', source: { type: 'url' } })],
    ['that is a part without a type', says({ url: 'https://evil.example' })],
    ['that is a part of text', says('hello')],
  ])('could be in a field %s that the router does not know', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_FIELD_UNKNOWN' });
  });

  it.each<[string, object]>([
    ['text', says({ type: 'text', text: 'see https://example.com/a.png' })],
    ['an image with its content', says({ type: 'image_url', image_url: { url: IMAGE } })],
    ['a sound', says({ type: 'input_audio', input_audio: { data: '/9j/4AAQ', format: 'wav' } })],
    ['a file', says({ type: 'file', file: { filename: 'a.pdf', file_data: IMAGE } })],
    ['fields that ask for nothing', { store: false, web_search_options: null, plugins: [] }],
    ['settings of sampling', { temperature: 0.2, top_p: 1, seed: 7, stop: ['END'] }],
    ['a schema for the answer', { response_format: { type: 'json_schema', json_schema: {} } }],
    [
      'a loop of tools',
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: null, tool_calls: [{ id: '1', type: 'function' }] },
          { role: 'tool', tool_call_id: '1', content: 'b' },
        ],
      },
    ],
  ])('is not in %s', (_what, body) => {
    expect(refused(body)).toBeUndefined();
  });

  it('is refused before the provider sees the request', async () => {
    const provider = await startProvider();
    const { client, sidecar } = await startRouter(provider.endpoint);
    const content = [
      { type: 'image_url' as const, image_url: { url: 'https://evil.example/?secret' } },
    ];
    const asked = client.chat.completions.create({
      model: 'small',
      messages: [{ role: 'user', content }],
    });
    await expect(asked).rejects.toMatchObject({ status: 403, code: 'KARS_PROVIDER_REACH' });
    expect(provider.requests).toEqual([]);
    expect(await sidecar.audited()).toMatchObject([
      { decision: 'deny', code: 'KARS_PROVIDER_REACH' },
    ]);
  });
});

describe('what the router does not know', () => {
  it('does not go to the provider, also where it says nothing', async () => {
    const provider = await startProvider();
    const { post } = await startRouter(provider.endpoint);
    const nothing = { Max_Tokens: null, MAX_COMPLETION_TOKENS: null, unknown: false };
    const messages = [{ role: 'user', content: 'hi', Content: null, audio: null }];
    expect((await post({ messages, model: 'small', max_tokens: 5, ...nothing })).status).toBe(200);
    expect(provider.requests[0]?.body).toEqual({
      messages: [{ role: 'user', content: 'hi' }],
      model: 'small',
      max_tokens: 5,
    });
  });

  it.each<[string, object]>([
    ['a template', { chat_template_kwargs: { chat_template: '{% for i in range(9) %}' } }],
    ['a switch that is none', { chat_template_kwargs: { tools: [{}] } }],
    ['content that is an object', { messages: [{ role: 'user', content: { type: 'text' } }] }],
    ['a text with a source', says({ type: 'text', text: 'a', image_url: { url: IMAGE } })],
  ])('is refused as %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_FIELD_UNKNOWN' });
  });

  it('is not what switches a template', () => {
    expect(refused({ chat_template_kwargs: { enable_thinking: false } })).toBeUndefined();
  });
});
