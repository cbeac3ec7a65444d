export { planFingerprint } from './fingerprint.js';
export * from './format.js';
export type { Axis, FloatTensor, Plan, PlanImage, PlanMetadata, PlanTensor } from './plan.js';
export { isPlan, readPlan, readPlanHeader, readPlanMetadata } from './read.js';
export { sealPlan, writePlan } from './write.js';
