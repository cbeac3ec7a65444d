import { invertAffine, transformPoint } from '../../align/affine.js';
import { alignmentMatrix } from '../../align/align.js';
import { atMost, type Measure } from '../measure.js';

const SIDE = 112;
const STEP = 8;

/** What the photo's border cuts off the crop. */
export const border: Measure = {
  name: 'border',
  what: 'share of the aligned crop that lies outside of the photo',
  judge({ face, photo }) {
    const back = invertAffine(alignmentMatrix(face.points));
    let [outside, all] = [0, 0];
    for (let y = STEP / 2; y < SIDE; y += STEP)
      for (let x = STEP / 2; x < SIDE; x += STEP) {
        const [u, v] = transformPoint(back, [x, y]);
        outside += Number(u < 0 || v < 0 || u > photo.width - 1 || v > photo.height - 1);
        all++;
      }
    const value = outside / all;
    const verdict = atMost(value, 0.02, 0.15);
    const sentence =
      verdict === 'good'
        ? 'Wholly in the picture.'
        : `Cut by the border of the picture (${Math.round(100 * value)} %): move it to the middle.`;
    return { value, verdict, sentence };
  },
};
