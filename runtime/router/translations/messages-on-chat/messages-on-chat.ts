import { chat } from '../../surfaces/chat/chat.ts';
import { anthropicErrorOf } from '../../surfaces/messages/anthropic-error.ts';
import type { MessagesRequest } from '../../surfaces/messages/messages-request.ts';
import { translation, type Translation } from '../translation.ts';
import { chatRequestOf } from './chat-request-of.ts';
import { MessageEvents } from './message-events.ts';
import { messageOf } from './message-of.ts';

/** Messages of Anthropic's API, where a provider has chat completions. */
export const messagesOnChat: Translation<MessagesRequest> = translation({
  to: chat,
  request: chatRequestOf,
  answers: {
    answer: messageOf,
    error: anthropicErrorOf,
    events: () => new MessageEvents().read,
  },
});
