import { resolve } from 'node:path';
import type { Face as Place } from '../gallery/index.js';
import type { Face } from '../pipeline/pipeline.js';
import { reasonsAgainst } from '../quality/index.js';

/** Where a face was seen, as galleries know it: the photo by its whole path, and the face's box in shares of it. */
export function placeOf(file: string, { box }: Face, { width, height }: { width: number; height: number }): Place {
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  const [left, top] = [share(box.x / width), share(box.y / height)];
  const [right, bottom] = [share((box.x + box.width) / width), share((box.y + box.height) / height)];
  return { photo: resolve(file), box: [left, top, right - left, bottom - top] };
}

/** A face's worst verdict as a gallery's quality, 0 to 1; that others are in the picture does not count. */
export function qualityOf({ quality }: Face): number {
  const own = quality.filter(({ name }) => name !== 'alone');
  if (reasonsAgainst(own, 'poor').length > 0) return 0.1;
  return reasonsAgainst(own, 'good').length > 0 ? 0.5 : 1;
}

/** Why a face should not be enrolled, leaving aside that others are in the picture. */
export const againstEnrolling = ({ quality }: Face): string[] =>
  reasonsAgainst(quality.filter(({ name }) => name !== 'alone'));
