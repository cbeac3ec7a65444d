export { main } from './main.js';
export type { Verb } from './verb.js';
