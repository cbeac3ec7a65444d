export { type Check, type Gap, passes } from './check.js';
export { command } from './command.js';
export type { Fixture } from './fixture.js';
export { kinds } from './registry.js';
export { checkFixture, type FixtureResult, listFixtures, tally } from './walk.js';
