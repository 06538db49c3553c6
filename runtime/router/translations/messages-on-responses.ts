import type { MessagesRequest } from '../surfaces/messages/messages-request.ts';
import { toResponses } from './chat-on-responses/chat-on-responses.ts';
import { toChat } from './messages-on-chat/messages-on-chat.ts';
import { composed, translation, type Translation } from './translation.ts';

/** Messages of Anthropic's API, where a model is served by the Responses API alone: by way of chat completions. */
export const messagesOnResponses: Translation<MessagesRequest> = translation(
  composed(toChat, toResponses),
);
