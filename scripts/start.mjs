import module from 'node:module';
import { build } from './build.mjs';

// Newer versions of Node.js keep what they have compiled: the next start is faster for it.
module.enableCompileCache?.();
await build();
await import('../dist/main.js');
