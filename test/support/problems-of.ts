import { ConfigError, type Environment, loadConfig } from '../../src/config.js';

/** What is told to be wrong with variables; nothing where they are in order. */
export function problemsOf(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
