export { environmentOf, type Layout } from './environment.js';
export { freePort } from './free-port.js';
export { type LaunchOptions, type LaunchResult, launch } from './launch.js';
export { followLauncher, pocketnetScript } from './rank.js';
