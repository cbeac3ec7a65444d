import { sideOf } from '../../detect/detector.js';
import { atLeast, type Measure } from '../measure.js';

/** Faces below some 40 pixels hold less than what networks for 112 pixels look at. */
export const size: Measure = {
  name: 'size',
  what: 'side of the face in the photo, in pixels',
  judge({ face }) {
    const value = sideOf(face);
    const verdict = atLeast(value, 80, 40);
    const pixels = `${Math.round(value)} pixels`;
    const sentence =
      verdict === 'good'
        ? `Large enough (${pixels}).`
        : `Too small (${pixels}${verdict === 'bad' ? ', below 40' : ', better 80'}): come closer, or take a larger photo.`;
    return { value, verdict, sentence };
  },
};
