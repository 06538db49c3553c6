import { keepFields } from './field-table.ts';
import type { ModelRequest, OutputBound } from './surface.ts';

/** A limit of output that stands in one field. */
export const outputIn = <R extends ModelRequest>(
  field: keyof R & string,
  answers: (request: R) => number = () => 1,
): OutputBound<R> => ({
  answers,
  limits: (request) => {
    const limit: unknown = request[field];
    return typeof limit === 'number' ? [limit] : [];
  },
  withLimit: (request, limit) => ({
    ...keepFields(request, (name) => name !== field),
    ...(limit === undefined ? {} : { [field]: limit }),
  }),
});
