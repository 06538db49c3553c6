import importX from 'eslint-plugin-import-x';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

/** Refuses imports whose specifier matches `regex`, in `files`. */
const forbid = (files, regex, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
});

const processes = ['router', 'egress-proxy', 'agent'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'out/**', '.cache/**', 'test/cluster/go/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        { publicOnly: true, contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'] },
      ],
      'jsdoc/require-description': 'error',
    },
  },
  {
    files: ['lib/contract/**/*.ts'],
    // A zod schema is its own type; spelling it out again would be the same truth twice.
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  forbid(
    ['lib/contract/**/*.ts'],
    '^(?!zod$|node:|\\./)',
    'lib/contract imports only zod, node: and itself',
  ),
  forbid(
    ['lib/*/**/*.ts', 'lib/*.ts'],
    '^(@pulumi|kars-runtime|fastify|undici|ws$)',
    'lib imports no runtime and no Pulumi',
  ),
  forbid(
    ['runtime/**/*.ts'],
    '^(@pulumi|cdk8s|constructs$|kars-constructs(?!/(contract|signing)$))',
    'runtime reads the contract only, and verifies signatures',
  ),
  forbid(
    ['examples/*/main.ts'],
    '^(?!kars-constructs$|cdk8s|constructs$)',
    'an example imports what a user would',
  ),
  ...processes.map((name) =>
    forbid(
      [`runtime/${name}/**/*.ts`],
      `(^\\.\\./(?:\\.\\./)?(?:${[...processes.filter((other) => other !== name), 'cli'].join('|')})/)|^(@pulumi|cdk8s|constructs$|kars-constructs(?!/(contract|signing)$))`,
      'no process imports another',
    ),
  ),
);
