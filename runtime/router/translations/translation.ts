import type { Deny } from 'kars-constructs/contract';
import type { PoliciesInForce } from '../call-policies.ts';
import { judgeRequest } from '../decide-call.ts';
import { exchangeOn, type AnswerTranslator, type Exchange } from '../exchange.ts';
import type { ModelRequest, Provider, ServerEvent, Surface } from '../surfaces/surface.ts';

/** Says the requests of one surface in the API of another, and the answers the other way. */
export interface Translator<R extends ModelRequest, T extends ModelRequest> {
  readonly to: Surface<T>;
  /** The request in the other API, refused by name where it cannot be said there; and what says its answers. */
  readonly request: (request: R) => Translated<T> | { readonly denial: Deny };
}

/** A request in another API. */
export interface Translated<T extends ModelRequest> {
  readonly said: T;
  readonly answers: AnswerTranslator;
}

/** The exchange of a request that another API carries. */
export type Translation<R extends ModelRequest> = (
  request: R,
  provider: Provider,
  policies: PoliciesInForce,
) => Exchange | Deny;

/**
 * What goes out is judged again, as a request of the other surface, so that a translation can bring nothing
 * along that its tables do not have.
 */
export const translation =
  <R extends ModelRequest, T extends ModelRequest>({
    to,
    request: translate,
  }: Translator<R, T>): Translation<R> =>
  (request, provider, policies) => {
    const translated = translate(request);
    if ('denial' in translated) return translated.denial;
    const judged = judgeRequest(to, translated.said, provider, policies);
    if ('denial' in judged) return judged.denial;
    return { ...exchangeOn(to, judged, provider), answers: translated.answers };
  };

/** Says requests of one surface in the API of a third, by way of another. */
export const composed = <R extends ModelRequest, M extends ModelRequest, T extends ModelRequest>(
  near: Translator<R, M>,
  far: Translator<M, T>,
): Translator<R, T> => ({
  to: far.to,
  request: (request) => {
    const first = near.request(request);
    if ('denial' in first) return first;
    const { answers } = first;
    const second = far.request(near.to.streaming?.ask(first.said) ?? first.said);
    if ('denial' in second) return second;
    return { said: second.said, answers: chained(answers, second.answers) };
  },
});

const chained = (near: AnswerTranslator, far: AnswerTranslator): AnswerTranslator => ({
  answer: (answer) => {
    const said = far.answer(answer);
    return 'code' in said ? said : near.answer(said);
  },
  error: near.error,
  events: () => {
    const [toNear, toClient] = [far.events(), near.events()];
    return (event) => {
      const said = toNear(event);
      if ('code' in said) return said;
      const shown: ServerEvent[] = [];
      for (const one of said) {
        const events = toClient(one);
        if ('code' in events) return events;
        shown.push(...events);
      }
      return shown;
    };
  },
});
