import module from 'node:module';
import { build } from './build.mjs';

// Newer versions of Node.js keep what they have compiled: the next start is faster for it.
module.enableCompileCache?.();
build();
await import('../dist/src/main.js');
