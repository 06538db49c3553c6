import type { FastifyInstance } from 'fastify';
import { membersOf, readJsonText } from './json-text.ts';
import type { Limits } from './limits.ts';

/** A body whose text is not too long, but what it stands for. */
export class TooComplex extends Error {}

/** A body that two readers could read in two ways. */
class Ambiguous extends Error {
  readonly statusCode = 400;
}

/** Takes bodies that are JSON and that every reader reads in the same way. */
export function takeJson(app: FastifyInstance, bounds: Limits): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      const { tooComplex, changedNumber, members } = readJsonText(body, bounds);
      if (tooComplex !== undefined) {
        done(new TooComplex(tooComplex));
        return;
      }
      void parse(request, body, (error, value: unknown) => {
        if (error !== null) done(error);
        else if (membersOf(value) !== members)
          done(new Ambiguous('a key stands twice in the body'));
        else if (changedNumber !== undefined) {
          done(
            new Ambiguous(`the number ${changedNumber.slice(0, 40)} is none that a double holds`),
          );
        } else done(null, value);
      });
    },
  );
}
