import type { OutputBound } from '../surface.ts';
import type { ChatRequest } from './chat-request.ts';

/**
 * The limit of a chat completion stands in one of two fields. It goes on in the one that the provider keeps
 * to: the client does not choose, since many servers ignore the other field in silence.
 */
export const chatOutput: OutputBound<ChatRequest> = {
  answers: ({ n }) => n ?? 1,
  limits: ({ max_tokens: older, max_completion_tokens: newer }) =>
    [older, newer].filter((limit) => typeof limit === 'number'),
  withLimit: (request, limit, { outputLimit: field = 'max_tokens' }) => {
    const bounded = { ...request };
    delete bounded.max_tokens;
    delete bounded.max_completion_tokens;
    return limit === undefined ? bounded : { ...bounded, [field]: limit };
  },
};
