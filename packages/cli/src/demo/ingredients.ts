import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { note } from '../output.js';

/** What the demo trains on and measures with. */
export interface Ingredients {
  /** In words, for the report. */
  description: string;
  /** Whether the faces are generated. */
  generated: boolean;
  /** Location of the training set. */
  train: string;
  /** Verification pairs, a .bin file. */
  pairs: string;
  folds: number;
}

/** Real faces if `POCKETNET_DATA` names a folder with some, otherwise generated ones, written to the demo's folder. */
export async function chooseIngredients(out: string): Promise<Ingredients> {
  const folder = process.env.POCKETNET_DATA;
  if (folder !== undefined && folder !== '') {
    const [train, pairs] = [join(folder, 'faces/train'), join(folder, 'faces/lfw_dev.bin')];
    for (const place of [train, pairs]) {
      if (!existsSync(place))
        throw new Error(`POCKETNET_DATA is ${folder}, but there is no ${place}. Unset it to use generated faces.`);
    }
    const description = 'real faces (POCKETNET_DATA), measured on half of the LFW pairs';
    return { description, generated: false, train, pairs, folds: 5 };
  }
  note('No POCKETNET_DATA: drawing faces of 300 invented people.');
  const { drawFace, encodeJpegSync, generatedPairs, writeFaces, writePairs } = await import('@pocketnet/data');
  const data = join(out, 'data');
  mkdirSync(data, { recursive: true });
  const people = Array.from({ length: 300 * 10 }, (_, i) => ({
    identity: Math.floor(i / 10),
    image: () => encodeJpegSync(drawFace(Math.floor(i / 10), i % 10, { size: 112 })),
  }));
  writeFaces(join(data, 'train.rec'), people);
  writePairs(join(data, 'pairs.bin'), generatedPairs({ identities: 100, pairs: 600 }));
  return {
    description: 'generated faces: drawings, which say nothing about accuracy on people',
    generated: true,
    train: join(data, 'train.rec'),
    pairs: join(data, 'pairs.bin'),
    folds: 10,
  };
}
