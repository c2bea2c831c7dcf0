import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The floors of `src` from the top: each may import those below it, none above it and no neighbour on the same one. */
export const floors = [
  ['main.ts'],
  ['cli'],
  ['demo'],
  ['app.ts'],
  ['http', 'ws'],
  ['graphql'],
  ['services'],
  ['live'],
  ['loaders'],
  ['policies'],
  ['db'],
  ['entities'],
  ['auth/token.ts'],
  ['auth/viewer.ts', 'config.ts', 'errors.ts', 'global-id.ts', 'logger.ts'],
];

const zones = floors.slice(1).flatMap((floor, above) =>
  floor.map((target) => ({
    target: `./src/${target}`,
    from: [...floors.slice(0, above + 1).flat(), ...floor.filter((other) => other !== target)].map((from) => `./src/${from}`),
    message: 'A floor may import only those below it.',
  })),
);

/** Whoever reads an exported name learns from one sentence above it what it promises. */
const documentedExports = {
  meta: { type: 'suggestion', messages: { missing: 'Say in a JSDoc comment what this export promises.' } },
  create: ({ report, sourceCode }) => ({
    'ExportNamedDeclaration[declaration], ExportDefaultDeclaration'(node) {
      const comment = sourceCode.getCommentsBefore(node.declaration.decorators?.[0] ?? node).at(-1);
      if (comment?.type !== 'Block' || !comment.value.startsWith('*')) report({ node, messageId: 'missing' });
    },
  }),
};

/** A resolver's method is one expression; parameters and decorators, which are declarations, may take the lines they need. */
const shortMethods = {
  meta: { type: 'suggestion', messages: { long: 'A resolver method is one short expression: move the work to a service.' } },
  create: ({ report }) => ({
    'MethodDefinition[kind="method"] > FunctionExpression > BlockStatement'(node) {
      if (node.body.length > 1 || node.loc.end.line - node.loc.start.line > 10) report({ node, messageId: 'long' });
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', 'data/', 'coverage/', 'test/support/_generated.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommendedTypeChecked,
  {
    plugins: { 'import-x': importX, local: { rules: { 'documented-exports': documentedExports, 'short-methods': shortMethods } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      // Without these, no-cycle finds nothing and says nothing.
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'import-x/no-cycle': 'error',
      'no-restricted-imports': ['error', { patterns: [{ regex: '^graphql/', message: 'A second copy of graphql: import `graphql`.' }] }],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...zones, { target: './src', from: ['./test', './scripts'] }] }],
      'local/documented-exports': 'error',
      'max-lines': ['error', 250],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/main.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only main.ts reads it; pass what you need.' }],
    },
  },
  { files: ['src/**/*.resolver.ts'], rules: { 'local/short-methods': 'error' } },
  { files: ['test/**'], rules: { 'max-lines': ['error', 400] } },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
