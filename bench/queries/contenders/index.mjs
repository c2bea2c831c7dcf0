import { ceiling } from './ceiling.mjs';
import { gateway } from './gateway.mjs';
import { plain } from './graphql.mjs';
import { postgraphile } from './postgraphile.mjs';

/**
 * Everything that is compared, by name: how its server is started, what is asked of it, and how its answers read. `isFree`: it
 * knows no rights and answers everybody what support may see.
 */
export const contenders = {
  gateway,
  textbook: plain({ script: new URL('../servers/textbook.mjs', import.meta.url) }),
  mercurius: plain({ script: new URL('../servers/mercurius.mjs', import.meta.url) }),
  postgraphile,
  ceiling,
};
