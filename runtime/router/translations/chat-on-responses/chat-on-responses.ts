import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { responses } from '../../surfaces/responses/responses.ts';
import type { ResponsesRequest } from '../../surfaces/responses/responses-request.ts';
import { translation, type Translation, type Translator } from '../translation.ts';
import { ChatChunks } from './chat-chunks.ts';
import { completionOf } from './completion-of.ts';
import { responseRequestOf } from './response-request-of.ts';

/** Says chat completions as responses. */
export const toResponses: Translator<ChatRequest, ResponsesRequest> = {
  to: responses,
  request: (request) => {
    const translated = responseRequestOf(request);
    if ('denial' in translated) return translated;
    const hasUsage = request.stream_options?.include_usage === true;
    return {
      ...translated,
      answers: {
        answer: completionOf,
        error: (_status, error) => ({ error }),
        events: () => new ChatChunks(hasUsage).read,
      },
    };
  },
};

/** Chat completions, where a model is served by the Responses API alone. */
export const chatOnResponses: Translation<ChatRequest> = translation(toResponses);
