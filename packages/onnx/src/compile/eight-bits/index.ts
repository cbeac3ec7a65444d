export { observePlan, type OpenProbe, type Seen } from './observe-plan.js';
export { quantisePlan } from './quantise-plan.js';
