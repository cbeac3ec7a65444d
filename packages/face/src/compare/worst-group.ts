import type { WorstGroup } from './calibration.js';

/** How much likelier a mistake is among those of whom strangers are most often taken for each other; empty where nothing was measured. */
export const worstGroupSentence = (worst: WorstGroup | null | undefined): string =>
  !worst || worst.times < 1.5
    ? ''
    : ` Within the worst group that was measured ("${worst.group}" by the labels of ${worst.naming}) it is ${worst.times.toFixed(worst.times < 10 ? 1 : 0)} times as many.`;
