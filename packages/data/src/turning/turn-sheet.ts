import { blankPicture, type Picture } from '../picture/picture.js';
import { turnPicture } from './turn-picture.js';
import type { Turn } from './turn-table.js';

/** A picture to look at: a row for each crop, all of one size, first as it is, then turned by each of the turns. */
export function turnSheet(crops: readonly Picture[], turns: readonly Turn[]): Picture {
  const { width = 0, height = 0 } = crops[0] ?? {};
  const sheet = blankPicture(width * (turns.length + 1), height * crops.length);
  for (const [row, crop] of crops.entries()) {
    const views = [crop, ...turns.map((turn) => turnPicture(crop, turn))];
    for (const [column, view] of views.entries()) paste(sheet, view, column * width, row * height);
  }
  return sheet;
}

function paste(sheet: Picture, { width, height, data }: Picture, left: number, top: number): void {
  for (let y = 0; y < height; y++) {
    const line = data.subarray(y * width * 3, (y + 1) * width * 3);
    sheet.data.set(line, ((top + y) * sheet.width + left) * 3);
  }
}
