import { blankPicture, type Picture } from '../picture/picture.js';
import { type Turn, turnTable } from './turn-table.js';

/** The crop with its head turned: one bilinear look-up a pixel. */
export function turnPicture({ width, height, data }: Picture, turn: Turn): Picture {
  const table = turnTable(turn, width, height);
  const turned = blankPicture(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const sourceX = table[2 * pixel] as number;
    const sourceY = table[2 * pixel + 1] as number;
    const left = Math.floor(sourceX);
    const top = Math.floor(sourceY);
    const fx = sourceX - left;
    const fy = sourceY - top;
    const upperLeft = (top * width + left) * 3;
    // Where there is no neighbour its share is 0: the table stays inside.
    const right = left + 1 < width ? 3 : 0;
    const below = top + 1 < height ? width * 3 : 0;
    for (let channel = 0; channel < 3; channel++) {
      const at = upperLeft + channel;
      const upper = (1 - fx) * (data[at] as number) + fx * (data[at + right] as number);
      const lower = (1 - fx) * (data[at + below] as number) + fx * (data[at + below + right] as number);
      turned.data[pixel * 3 + channel] = (1 - fy) * upper + fy * lower + 0.5;
    }
  }
  return turned;
}
