import type { Deny } from 'kars-constructs/contract';
import { judgeRequest, type PoliciesInForce } from '../decide-call.ts';
import { exchangeOn, type AnswerTranslator, type Exchange } from '../exchange.ts';
import type { ModelRequest, Provider, Surface } from '../surfaces/surface.ts';

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
    return { ...exchangeOn(to, judged.request, provider), answers: translated.answers };
  };
