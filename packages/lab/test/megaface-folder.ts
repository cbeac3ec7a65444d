import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const people = ['Ann_Example', 'Bob_Sample', 'Cy_Test'];
/** Of each person four. */
export const faces = people.flatMap((person) => [1, 2, 3, 4].map((n) => `${person}/${person}_${n}.png`));
export const crowd = Array.from({ length: 100 }, (_, i) => `${String(i % 7).padStart(3, '0')}/${i}@N00/${i}_0.jpg`);
const [NOISY_FACE, NOISY_DISTRACTOR] = [faces[5] as string, crowd[10] as string]; // of twelve and a hundred

/**
 * Writes a folder of the real layout: InsightFace's test pack with its noise lists, and the devkit's lists of eleven probes and a
 * hundred distractors, both in reverse.
 *
 * @param draw an encoded picture of a person; `own` tells pictures of one person apart
 */
export async function writeMegaFaceFolder(
  folder: string,
  draw: (person: number, own: number) => Uint8Array | Promise<Uint8Array>,
): Promise<void> {
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const [i, face] of faces.entries()) put(`facescrub_images/${face}`, await draw(i >> 2, i));
  for (const [i, path] of crowd.entries()) put(`megaface_images/${path}`, await draw(i + 10, i + 50));
  put('facescrub_lst', faces.join('\n'));
  put('megaface_lst', crowd.join('\n'));
  put('facescrub_noises.txt', `# names\n${NOISY_FACE.split('/')[1]}\n`);
  put('megaface_noises.txt', `${NOISY_DISTRACTOR}\n${NOISY_DISTRACTOR}\n`);
  const probes = faces.filter((_, i) => i !== 0).reverse();
  put(
    'devkit/templatelists/facescrub_features_list.json',
    JSON.stringify({ path: probes, id: probes.map((path) => path.split('/')[0]) }),
  );
  put('devkit/templatelists/megaface_features_list.json_100_1', JSON.stringify({ path: [...crowd].reverse() }));
}
