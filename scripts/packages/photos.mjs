import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../setup/root.mjs';

/** Of docs/generated-faces.jpg: rows are people, columns pictures of them. */
const CELL = 96;
const PHOTOS = { 'a.jpg': [3, 3], 'b.jpg': [3, 5], 'c.jpg': [4, 0] };

/** Writes three photos of drawn people, on grey: `a.jpg` and `b.jpg` of one, `c.jpg` of another. */
export async function writePhotos(folder) {
  for (const [name, [row, column]] of Object.entries(PHOTOS)) {
    const photo = await sharp(join(root, 'docs/generated-faces.jpg'))
      .extract({ left: column * CELL, top: row * CELL, width: CELL, height: CELL })
      .resize(3 * CELL)
      .extend({ top: 60, bottom: 60, left: 100, right: 100, background: '#7f8fa0' })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, name), photo);
  }
}
