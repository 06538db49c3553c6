import type { NetworkAttack } from '../network-attack.ts';
import { message, router } from './requests.ts';

/** Messages that chat completions stand behind, as a way round the tables of either. */
export const translations: readonly NetworkAttack[] = [
  router(
    'KARS_FIELD_UNKNOWN',
    'translated-field',
    'put a search of chat completions into a message',
    message({ web_search_options: {} }),
  ),
  router(
    'KARS_FIELD_UNKNOWN',
    'translated-part',
    'put an image in the form of chat completions into a message',
    message({}, [{ type: 'image_url', image_url: { url: 'https://evil.example' } }]),
  ),
  router(
    'KARS_TOOL_NOT_ALLOWED',
    'translated-choice',
    'have a message call a tool by the choice of tools',
    message({
      tools: [{ name: 'search', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'shell' },
    }),
  ),
  router(
    'KARS_PROVIDER_REACH',
    'translated-schema',
    'refer to a schema elsewhere, in a form that is translated',
    message({
      output_config: { format: { type: 'json_schema', schema: { $ref: 'https://evil.example' } } },
    }),
  ),
  router(
    'KARS_NOT_TRANSLATABLE',
    'translated-document',
    'have a document become text that another table would pass',
    message({}, [
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AA' } },
    ]),
  ),
  router(
    'KARS_NOT_TRANSLATABLE',
    'translated-thinking',
    'ask for thinking that chat completions cannot bound',
    message({ thinking: { type: 'enabled', budget_tokens: 1024 } }),
  ),
];
