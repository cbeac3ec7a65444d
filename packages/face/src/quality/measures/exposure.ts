import { middleLuminance } from '../luminance.js';
import { atLeast, type Measure } from '../measure.js';

/** The span of brightness in the face: what lies between its darkest and its brightest twentieth. */
export const exposure: Measure = {
  name: 'exposure',
  what: 'brightness between the 5th and the 95th percentile of the face, 0 to 1',
  judge({ crop }) {
    const sorted = middleLuminance(crop).values.sort();
    const at = (share: number): number => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 255;
    const [dark, middle, bright] = [at(0.05), at(0.5), at(0.95)];
    const value = bright - dark;
    const verdict = atLeast(value, 0.25, 0.12);
    if (middle < 0.1 || middle > 0.93)
      return {
        value,
        verdict: 'bad',
        sentence: middle < 0.1 ? 'Too dark: give more light.' : 'Too bright: give less light.',
      };
    if (verdict === 'good' && middle < 0.18) return { value, verdict: 'poor', sentence: 'Dark: give more light.' };
    const sentence =
      verdict === 'good'
        ? 'Well lit.'
        : `${middle < 0.3 ? 'Dark and flat' : middle > 0.8 ? 'Bright and flat' : 'Flat'}: light the face from the front.`;
    return { value, verdict, sentence };
  },
};
