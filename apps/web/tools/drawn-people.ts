import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawFace } from '@pocketnet/data';
import sharp from 'sharp';
import type { Plugin } from 'vite';
import people from '../src/demo/people.json' with { type: 'json' };

/** Side of a drawn portrait, in pixels. */
export const SIDE = 360;

const folder = new URL('../public/people/', import.meta.url);

/** A drawn portrait as the page shows it. */
export const drawnPortrait = (identity: number, sample: number): Promise<Buffer> => {
  const { width, height, data } = drawFace(identity, sample, { size: SIDE });
  return sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality: 82 })
    .toBuffer();
};

/** Draws the people that one can try the page with, from their seeds. */
export const drawnPeople = (): Plugin => ({
  name: 'drawn-people',
  async buildStart() {
    mkdirSync(folder, { recursive: true });
    for (const { identity, samples } of people)
      for (const sample of samples) {
        const path = fileURLToPath(new URL(`${identity}-${sample}.webp`, folder));
        if (!existsSync(path)) writeFileSync(path, await drawnPortrait(identity, sample));
      }
  },
});
