import * as z from 'zod';
import { isReservedVariable, RESERVED_VARIABLES } from '../../agent-variables.ts';
import { dataKey, objectName } from '../../primitives.ts';
import { has, withRules, type CrossFieldRule } from '../../rule.ts';
import { PLATFORM_PREFIX } from '../../sandbox-names.ts';

const entry = z.strictObject({
  secretRef: z
    .strictObject({
      name: objectName().describe('Secret in the namespace of the sandbox.'),
      key: dataKey().describe('Key of the Secret.'),
    })
    .describe('Where the value is.'),
  env: z
    .string()
    .max(128)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .optional()
    .describe('Environment variable that holds it.'),
  file: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/)
    .optional()
    .describe('File below /run/kars/secrets that holds it.'),
});

type Entry = z.output<typeof entry>;

const once = (member: 'env' | 'file'): CrossFieldRule<Entry[]> => ({
  cel: `self.all(one, !has(one.${member}) || self.exists_one(other, has(other.${member}) && other.${member} == one.${member}))`,
  message: `spec.secrets may name each ${member} once`,
  holds: (list) => {
    const names = list.flatMap((one) => one[member] ?? []);
    return new Set(names).size === names.length;
  },
});

/** `spec.secrets`: the keys of Secrets that the agent gets. */
export const secrets = withRules(z.array(entry).max(32), [
  {
    cel: 'self.all(one, has(one.env) != has(one.file))',
    message: 'spec.secrets entries must set exactly one of env or file',
    holds: (list) => list.every(({ env, file }) => has(env) !== has(file)),
  },
  {
    cel: `self.all(one, !one.secretRef.name.startsWith('${PLATFORM_PREFIX}'))`,
    message: `spec.secrets may not name a Secret that begins with ${PLATFORM_PREFIX}, which is the platform's`,
    holds: (list) => list.every(({ secretRef }) => !secretRef.name.startsWith(PLATFORM_PREFIX)),
  },
  {
    cel: `self.all(one, !has(one.env) || !one.env.matches('(?i:${RESERVED_VARIABLES})'))`,
    message: 'spec.secrets may not set a variable that the sandbox sets',
    holds: (list) => list.every(({ env }) => !has(env) || !isReservedVariable(env)),
  },
  once('env'),
  once('file'),
]);
