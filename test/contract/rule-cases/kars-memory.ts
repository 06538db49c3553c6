import { bundleRef, casesOf, each, long } from './rule-case.ts';

const sandboxRef = { name: 'reader' };
const memory = (changes: object): object => ({
  sandboxRef,
  storeName: 'notes',
  scope: 'team/reader',
  ...changes,
});

/** Cases for the rules of a KarsMemory. */
export const karsMemoryCases = casesOf(
  'KarsMemory',
  {
    ...each(['a', '0', 'a-b', long(63)], 'store', (storeName) => memory({ storeName })),
    ...each(['a', '_-.%+@/', 'A9', long(256)], 'scope', (scope) => memory({ scope })),
    ...each([1, null], 'retention', (retentionDays) => memory({ retentionDays })),
    'a name of 253': memory({ sandboxRef: { name: long(253) } }),
    'a bundle alone': { sandboxRef, bundleRef },
    'a bundle and nulls': {
      sandboxRef,
      bundleRef,
      storeName: null,
      scope: null,
      retentionDays: null,
      deleteOnSandboxDelete: null,
      displayName: null,
    },
  },
  {
    'spec.storeName must be a DNS-label (1-63 chars, lowercase alphanumeric + dashes) when spec.bundleRef is not set':
      each(
        ['', 'Notes', '-a', 'a-', 'a.b', 'a_b', 'é', 'a\n', long(64), null],
        'store',
        (storeName) => memory({ storeName }),
      ),
    'spec.sandboxRef.name must be 1-253 characters': each(['', long(254)], 'sandbox', (name) =>
      memory({ sandboxRef: { name } }),
    ),
    'spec.scope must be 1-256 characters using only letters, digits, and _ - . % + @ / (colons are rejected by the Foundry Memory Store) when spec.bundleRef is not set':
      each(['', 'agent:reader', 'a b', 'é', 'a\n', long(257), null], 'scope', (scope) =>
        memory({ scope }),
      ),
    'spec.retentionDays must be > 0 when set (use delete_scope for immediate deletion)': {
      'no day': memory({ retentionDays: 0 }),
    },
    'spec.bundleRef is mutually exclusive with spec.storeName, spec.scope, spec.retentionDays, spec.deleteOnSandboxDelete, and spec.displayName':
      each(
        Object.entries({
          storeName: '',
          scope: '',
          retentionDays: 1,
          deleteOnSandboxDelete: false,
          displayName: '',
        }),
        'a bundle and',
        ([name, value]) => ({ sandboxRef, bundleRef, [name]: value }),
      ),
  },
);
