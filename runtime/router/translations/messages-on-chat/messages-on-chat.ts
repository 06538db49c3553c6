import type { AnswerTranslator } from '../../exchange.ts';
import { chat } from '../../surfaces/chat/chat.ts';
import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { anthropicErrorOf } from '../../surfaces/messages/anthropic-error.ts';
import type { MessagesRequest } from '../../surfaces/messages/messages-request.ts';
import { translation, type Translation, type Translator } from '../translation.ts';
import { chatRequestOf } from './chat-request-of.ts';
import { MessageEvents } from './message-events.ts';
import { messageOf } from './message-of.ts';

/** Says messages of Anthropic's API as chat completions. */
export const toChat: Translator<MessagesRequest, ChatRequest> = {
  to: chat,
  request: (request) => {
    const translated = chatRequestOf(request);
    return 'denial' in translated ? translated : { ...translated, answers };
  },
};

/** Messages of Anthropic's API, where a provider has chat completions. */
export const messagesOnChat: Translation<MessagesRequest> = translation(toChat);

const answers: AnswerTranslator = {
  answer: messageOf,
  error: (status, { message }) => anthropicErrorOf(status, message),
  events: () => new MessageEvents().read,
};
