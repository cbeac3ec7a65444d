import { atLeast, type Measure } from '../measure.js';

/** How surely the detector sees a face: of all single numbers the one that tells most of whether it will be recognised. */
export const visibility: Measure = {
  name: 'visibility',
  what: "the detector's score, 0 to 1",
  judge({ face }) {
    const value = face.score;
    const verdict = atLeast(value, 0.88, 0.75);
    const sentence =
      verdict === 'good'
        ? 'Clearly seen.'
        : `${verdict === 'bad' ? 'Hardly' : 'Not clearly'} seen as a face: nothing should cover it, and light should fall on it.`;
    return { value, verdict, sentence };
  },
};
