export { chosenArithmetic } from './fastest.js';
export {
  type Limits,
  type Machine,
  type MachineMaker,
  type MachineOptions,
  PlanError,
  type ResultShape,
} from './machine.js';
export { type MatrixProduct, openProduct, productSizes } from './matrix/product.js';
export { type OpenedPlan, type OpenOptions, openIn, type PlanValue } from './open.js';
export { openPlan, type WasmOptions } from './open-plan.js';
export {
  type Arithmetic,
  type Axis,
  isPlan,
  type PlanMetadata,
  planFingerprint,
  readPlanHeader,
  readPlanMetadata,
} from './plan/index.js';
export { openSearch, type WasmSearchOptions } from './search/open-search.js';
export {
  type Found,
  type Search,
  type SearchMachine,
  type SearchOptions,
  searchIn,
  type TopOptions,
} from './search/search.js';
export { FORMS, type Form, formRuns } from './wasm/form.js';
