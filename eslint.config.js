import { importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The floors of `src`, from the top: each may import those below it, but nothing above it and no neighbour. */
export const floors = [
  ['main.ts'],
  ['cli'],
  ['demo'],
  ['app.ts'],
  ['http', 'ws', 'ops'],
  ['doors'],
  ['graphql'],
  ['services'],
  ['live'],
  ['plans'],
  ['loaders'],
  ['policies'],
  ['redis'],
  ['db', 'storage'],
  ['entities'],
  ['auth/token.ts', 'fair-turns.ts', 'mail'],
  ['auth/viewer.ts', 'client', 'config.ts', 'errors.ts', 'global-id.ts', 'logger.ts'],
  ['variables.ts'],
  ['telemetry.ts', 'forms.ts', 'taken-of.ts'],
];

const inSrc = (path) => `./src/${path}`;
const zones = floors.slice(1).flatMap((floor, above) =>
  floor.map((target) => ({
    target: inSrc(target),
    from: [...floors.slice(0, above + 1).flat(), ...floor.filter((other) => other !== target)].map(inSrc),
    message: 'A floor imports only those below it.',
  })),
);

/** One sentence above an exported name says what it promises. */
const documentedExports = {
  meta: { type: 'suggestion', messages: { missing: 'Say in a JSDoc comment what this export promises.' } },
  create: ({ report, sourceCode }) => ({
    'ExportNamedDeclaration[declaration], ExportDefaultDeclaration'(node) {
      const comment = sourceCode.getCommentsBefore(node.declaration.decorators?.[0] ?? node).at(-1);
      if (comment?.type !== 'Block' || !comment.value.startsWith('*')) report({ node, messageId: 'missing' });
    },
  }),
};

/** A resolver only calls others. `max-lines-per-function` would count the decorated parameters along with the body. */
const shortMethods = {
  meta: { type: 'suggestion', messages: { long: 'More than 10 lines: a resolver leaves the work to a service.' } },
  create: ({ report }) => ({
    'MethodDefinition[kind="method"] > FunctionExpression > BlockStatement'(node) {
      if (node.loc.end.line - node.loc.start.line > 9) report({ node, messageId: 'long' });
    },
  }),
};

export default defineConfig(
  globalIgnores(['**/dist/', 'dist-*/', 'data/', 'coverage/', '{examples,test/support}/_generated.ts']),
  tseslint.configs.recommendedTypeChecked,
  {
    plugins: {
      'import-x': importX,
      local: { rules: { 'documented-exports': documentedExports, 'short-methods': shortMethods } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    // Without these, no-cycle sees no TypeScript: it finds nothing and says nothing.
    settings: importX.flatConfigs.typescript.settings,
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^graphql/', message: 'It would load graphql a second time.' },
            { regex: '^(node:)?process$', message: 'Use the global, where the rule for process.env sees it.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...zones, { target: './src', from: './test' }] }],
      'local/documented-exports': 'error',
      'max-lines': ['error', 250],
    },
  },
  { files: ['examples/**'], rules: { 'local/documented-exports': 'error', 'max-lines': ['error', 250] } },
  {
    files: ['src/**'],
    ignores: ['src/main.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'main.ts passes it on.' }],
    },
  },
  {
    files: ['src/policies/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^[^.]', message: 'Policies are pure.' },
            { group: ['**/db/**'], allowTypeImports: true, message: 'Policies are pure: of the database, only types.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/client/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: '^[^.]', allowTypeImports: true, message: 'It runs anywhere: of packages, only types.' }],
        },
      ],
    },
  },
  { files: ['src/**/*.resolver.ts'], rules: { 'local/short-methods': 'error' } },
  {
    files: ['migrations/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!typeorm$|\\./)', message: 'A migration must not change when the code does.' }] },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: {
      // The answer to a document that was written in place is any, and so is `expect.any(…)`.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'max-lines': ['error', 400],
    },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
