export { type OpenProbe, observePlan, type Seen } from './observe-plan.js';
export { quantisePlan } from './quantise-plan.js';
