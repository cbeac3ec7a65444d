import { sideOf } from '../detect/index.js';
import type { Face } from '../pipeline/pipeline.js';
import { reasonsAgainst } from '../quality/index.js';

/** Which of a photo's faces was taken, and what is wrong with it, in a sentence or two. */
export function describeFace(faces: readonly Face[]): string {
  const [face] = faces;
  if (!face) return 'an aligned crop';
  const { box, score } = face;
  const where = `${Math.round(sideOf(face))} pixels, at (${Math.round(box.x)}, ${Math.round(box.y)}), score ${score.toFixed(2)}`;
  const which = faces.length === 1 ? 'one face' : `the most prominent of ${faces.length} faces`;
  return [`${which}: ${where}.`, ...reasonsAgainst(face.quality, 'good')].join(' ');
}
