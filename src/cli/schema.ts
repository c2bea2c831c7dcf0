import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../graphql/schema.js';
import type { Services } from '../graphql/services.js';

/** The schema as text, in alphabetical order so that only real changes show. */
export const printedSchema = (): string =>
  `${printSchema(lexicographicSortSchema(createSchema({} as Services, () => undefined)))}\n`;
