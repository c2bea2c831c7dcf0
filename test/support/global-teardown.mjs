export { cleanUp as default } from './global-setup.mjs';
