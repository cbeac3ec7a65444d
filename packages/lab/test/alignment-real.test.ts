import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePicture, type Picture, pictureToFloats, readLandmarkFile } from '@pocketnet/data';
import { openEmbedder } from '@pocketnet/lab/embedders';
import { alignFace, warpAffine } from 'pocketnet/align';
import { describe, expect, it } from 'vitest';

const DATA = process.env.POCKETNET_DATA;

const PEOPLE = 20;
const SHOTS = 3;
/** Pixels of a centre crop in which faces are as large, on average, as in aligned crops. */
const CENTRE = 134;

describe.skipIf(!DATA)('alignment of real photos (POCKETNET_DATA)', () => {
  it('parts people better than the centres of the photos do', async () => {
    const folder = join(DATA ?? '', 'faces', 'lfw_people');
    const { photos } = readLandmarkFile(join(folder, 'landmarks.json'));
    const all = [...photos.keys()];
    const people = new Set(all.map((photo) => photo.split('/')[0]));
    const byPerson = [...people].map((person) => all.filter((photo) => photo.startsWith(`${person}/`)));
    const chosen = byPerson.filter((shots) => shots.length >= SHOTS).slice(0, PEOPLE);
    const names = chosen.flatMap((shots) => shots.slice(0, SHOTS));
    expect(names).toHaveLength(PEOPLE * SHOTS);

    const aligned: Picture[] = [];
    const centred: Picture[] = [];
    for (const name of names) {
      const photo = await decodePicture(readFileSync(join(folder, name)));
      const landmarks = photos.get(name)?.landmarks;
      if (!landmarks) throw new Error(`${name} has no landmarks.`);
      aligned.push(alignFace(photo, landmarks));
      const scale = 112 / CENTRE;
      const shift = 55.5 - scale * ((photo.width - 1) / 2);
      centred.push(warpAffine(photo, [scale, 0, shift, 0, scale, shift], 112, 112));
    }
    const [better, worse] = [separation(await embed(aligned)), separation(await embed(centred))];
    expect(better.accuracy).toBeGreaterThan(0.98);
    expect(better.accuracy).toBeGreaterThan(worse.accuracy);
    expect(better.dPrime).toBeGreaterThan(worse.dPrime + 1);
  });

  /** Unit embeddings by the small teacher. */
  async function embed(pictures: readonly Picture[]): Promise<Float32Array[]> {
    const embedder = await openEmbedder(join(DATA ?? '', 'faces', 'teachers', 'mobilefacenet.onnx'), { threads: 1 });
    try {
      const floats = new Float32Array(pictures.length * 112 * 112 * 3);
      for (const [i, picture] of pictures.entries()) pictureToFloats(picture, floats, i * 112 * 112 * 3);
      const all = await embedder.embed(floats, pictures.length);
      return pictures.map((_, i) => {
        const row = all.slice(i * embedder.dimension, (i + 1) * embedder.dimension);
        const norm = Math.hypot(...row);
        return row.map((value) => value / norm);
      });
    } finally {
      await embedder.close();
    }
  }
});

/**
 * Over all pairs of images: mean cosines, d' = (mean genuine - mean impostor) / root mean variance, and the accuracy at the
 * threshold with the fewest errors, both kinds of pairs weighing alike.
 */
function separation(embeddings: readonly Float32Array[]) {
  const [genuine, impostor]: [number[], number[]] = [[], []];
  for (const [i, a] of embeddings.entries()) {
    for (const [j, b] of embeddings.entries()) {
      if (j <= i) continue;
      const cosine = a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
      (Math.floor(i / SHOTS) === Math.floor(j / SHOTS) ? genuine : impostor).push(cosine);
    }
  }
  const share = (values: number[], is: (cosine: number) => boolean) => values.filter(is).length / values.length;
  const at = (t: number) => (share(genuine, (cosine) => cosine >= t) + share(impostor, (cosine) => cosine < t)) / 2;
  const [same, different] = [mean(genuine), mean(impostor)];
  const variance = (values: number[], centre: number) => mean(values.map((value) => (value - centre) ** 2));
  return {
    genuine: same,
    impostor: different,
    dPrime: (same - different) / Math.sqrt((variance(genuine, same) + variance(impostor, different)) / 2),
    accuracy: Math.max(...[...genuine, ...impostor].map(at)),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
