export { type Limits, type Machine, type MachineMaker, PlanError, type ResultShape } from './machine.js';
export { type OpenedPlan, type OpenOptions, openIn, type PlanValue } from './open.js';
export { openPlan, type WasmOptions } from './open-plan.js';
export {
  type Axis,
  isPlan,
  type PlanMetadata,
  planFingerprint,
  readPlanHeader,
  readPlanMetadata,
} from './plan/index.js';
export { FORMS, type Form, formRuns } from './wasm/form.js';
