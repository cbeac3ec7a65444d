import type { Image } from '../align/image.js';
import { type Detection, sideOf } from './detector.js';

/**
 * Faces in the order in which one would say whom a photo shows: by size, weighted by how sure the detector is and by how near the middle they
 * are (a face in a corner counts half).
 */
export const byProminence = (faces: readonly Detection[], photo: Pick<Image, 'width' | 'height'>): Detection[] =>
  faces.toSorted((a, b) => prominenceOf(b, photo) - prominenceOf(a, photo));

function prominenceOf(face: Detection, { width, height }: Pick<Image, 'width' | 'height'>): number {
  const { box, score } = face;
  const [x, y] = [(box.x + box.width / 2) / width - 0.5, (box.y + box.height / 2) / height - 0.5];
  const away = Math.min(1, Math.sqrt(2 * (x * x + y * y))); // 0 in the middle, 1 in a corner
  return sideOf(face) * score * (1 - away / 2);
}
