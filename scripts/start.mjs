import { build } from './build.mjs';

build();
await import('../dist/src/main.js');
