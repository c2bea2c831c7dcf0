// The gateway runs graphql as in production, too; otherwise it looks at each type twice.
process.env.NODE_ENV = 'production';

/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: '<rootDir>/test/support/engine-environment.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  setupFiles: ['reflect-metadata'],
  // The slowest tests take two seconds; a busy machine may take its time.
  testTimeout: 60_000,
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^ticketing-gateway/client$': '<rootDir>/src/client/index.ts',
  },
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // ES modules alone, and one that imports as it goes along.
  transformIgnorePatterns: ['node_modules/(?!(jose|@opentelemetry/otlp-exporter-base)/)'],
};
