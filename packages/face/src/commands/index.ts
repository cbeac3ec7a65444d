// What the command stands on; `@pocketnet/cli` registers these verbs among its own.
export { fileEnding, numberBetween, numbersBetween, override, wholeNumber } from './arguments.js';
export { interruptible } from './interrupt.js';
export { appProgram, main } from './main.js';
export {
  type DetectorOptions,
  detectorOptions,
  detectorPlan,
  embedderPlan,
  type ModelOptions,
  type Models,
  modelOptions,
  modelsOf,
} from './opening.js';
export {
  type Column,
  facts,
  grouped,
  note,
  noteSome,
  percent,
  printResult,
  signed,
  table,
  toJson,
} from './output.js';
export { type ProgramOptions, programOf, runProgram } from './program.js';
export { appTasks } from './tasks.js';
export { type Action, type CommonOptions, Interrupted, type Tasks, UsageError, type Verb } from './verb.js';
export { verbs as appVerbs } from './verbs/index.js';
