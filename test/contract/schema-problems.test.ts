import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemsOf } from '../../lib/contract/schema-problems.ts';

const schema = z.object({
  names: z.array(z.string().regex(/^[a-z]+$/)).optional(),
  count: z.int().min(1).optional(),
  level: z.enum(['low', 'high']).optional(),
});

function messageFor(value: unknown): string {
  const { error } = schema.safeParse(value);
  return error === undefined
    ? ''
    : problemsOf(error, 'KARS_MANIFEST_INVALID', 'spec', value)
        .map(({ path, message }) => `${path}: ${message}`)
        .join('\n');
}

describe('a problem of a schema', () => {
  it.each([
    [{ names: ['ok', 'Web'] }, 'spec.names[1]: got "Web", invalid string: must match pattern'],
    [{ count: 0 }, 'spec.count: got 0, too small'],
    [{ level: 'mid' }, 'spec.level: got "mid", invalid option'],
  ])('says what was got: %j', (value, expected) => {
    expect(messageFor(value)).toContain(expected);
  });

  it.each(['https://user:key@models.example.com', 'user:key@models', 'K'.repeat(64)])(
    'does not repeat what may hold a credential: %s',
    (value) => {
      expect(messageFor({ names: [value] })).toMatch(/^spec\.names\[0\]: Invalid string/);
      expect(messageFor({ names: [value] })).not.toContain(value);
    },
  );
});
