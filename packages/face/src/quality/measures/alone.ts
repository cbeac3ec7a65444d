import { sideOf } from '../../detect/detector.js';
import { atMost, type Measure } from '../measure.js';

/** Whether somebody else could be meant. */
export const alone: Measure = {
  name: 'alone',
  what: 'side of the largest other face, of this one',
  judge({ face, faces }) {
    const others = faces.filter((each) => each !== face);
    const value = Math.max(0, ...others.map((each) => sideOf(each) / sideOf(face)));
    const verdict = atMost(value, 0.5, 0.8);
    const sentence =
      verdict === 'good'
        ? 'Nobody else could be meant.'
        : `There are ${faces.length} faces in the picture${verdict === 'bad' ? ', another as large' : ''}: take a picture of one person.`;
    return { value, verdict, sentence };
  },
};
