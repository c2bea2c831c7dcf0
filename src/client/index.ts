export { EndCode, ResumableError } from './errors.js';
export type { Hooks } from './following.js';
export { type Resumable, resumable, type ResumableOptions } from './resumable.js';
