export { cases, describeCase } from './cases.js';
export { report } from './report.js';
export { type Engine, type SelfTest, selfTest } from './self-test.js';
export { type Place, type Verdict, verifyEngine, WrongNumbersError } from './verify.js';
export { waysAround } from './ways-around.js';
