import type { Judged, Measure, Quality } from './measure.js';
import { alone } from './measures/alone.js';
import { border } from './measures/border.js';
import { exposure } from './measures/exposure.js';
import { pose } from './measures/pose.js';
import { sharpness } from './measures/sharpness.js';
import { size } from './measures/size.js';
import { visibility } from './measures/visibility.js';

export type { Judged, Measure, Quality, Verdict } from './measure.js';
export { type Pose, poseOf } from './pose.js';

/** Everything that is measured of a face. */
export const measures: readonly Measure[] = [size, visibility, sharpness, exposure, pose, border, alone];

/** What a face is worth, measure by measure. */
export const qualityOf = (judged: Judged): Quality[] =>
  measures.map((measure) => ({ name: measure.name, ...measure.judge(judged) }));

/**
 * The gate for enrolment: why a face should not become somebody's template, in sentences; none where it may.
 *
 * @param least what every measure must reach: `good` at a desk where one can try again, `poor` for photos that there are
 */
export function reasonsAgainst(quality: readonly Quality[], least: 'good' | 'poor' = 'poor'): string[] {
  const refused = least === 'good' ? ['poor', 'bad'] : ['bad'];
  return quality.filter(({ verdict }) => refused.includes(verdict)).map(({ sentence }) => sentence);
}
