import { join } from 'node:path';
import type { Picture } from '@pocketnet/data';
import { note } from '../output.js';

/** What an app would do: faces found in photos, aligned, compared and drawn. */
export interface PhotosShown {
  /** The picture of what was seen, a file. */
  picture: string;
  /** Faces that were found in each photo. */
  faces: [number, number];
  cosine: number;
  sentence: string;
}

/** Whose face it is, in what situation, and where in the photo: side of the face and its left upper corner. */
type Placed = [person: number, sample: number, side: number, x: number, y: number];

/** Two photos of one invented person; somebody else stands beside her in the first. */
const PHOTOS: readonly (readonly Placed[])[] = [
  [
    [11, 0, 220, 60, 70],
    [12, 1, 130, 330, 60],
  ],
  [[11, 3, 260, 110, 50]],
];
const [WIDTH, HEIGHT] = [480, 360];

/** Finds, aligns, verifies and draws the faces of two drawn photos, with the installed networks. */
export async function showPhotos(out: string): Promise<PhotosShown> {
  const { drawFace } = await import('@pocketnet/data');
  const { openPocketNet } = await import('pocketnet/node');
  const { drawComparison } = await import('pocketnet/drawing');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const pocketnet = await openPocketNet();
  try {
    const sides = [];
    for (const people of PHOTOS) {
      const photo = onGrey(
        people.map((placed) => ({ placed, face: drawFace(placed[0], placed[1], { size: placed[2] }) })),
      );
      const faces = await pocketnet.detect(photo);
      const [face] = faces;
      if (!face) throw new Error('No face was found in a photo that was drawn with one: a bug, please report it.');
      sides.push({
        photo,
        crop: pocketnet.align(photo, face),
        faces: faces.map((each) => ({ ...each, chosen: each === face })),
      });
    }
    const [first, second] = sides as [(typeof sides)[0], (typeof sides)[0]]; // as many as photos
    const { cosine, sentence, verdict } = pocketnet.compare(
      await pocketnet.embed(first.crop),
      await pocketnet.embed(second.crop),
    );
    const picture = join(out, 'photos.jpg');
    writeFileAtomic(picture, await drawComparison([first, second], verdict));
    note(
      `${first.faces.length} faces in the first, ${second.faces.length} in the second, cosine ${cosine.toFixed(3)}. ${sentence}`,
    );
    note(`What the network saw: ${picture}`);
    return { picture, faces: [first.faces.length, second.faces.length], cosine, sentence };
  } finally {
    pocketnet.close();
  }
}

function onGrey(people: readonly { placed: Placed; face: Picture }[]): Picture {
  const data = new Uint8Array(3 * WIDTH * HEIGHT).fill(140);
  for (const { placed, face } of people)
    for (let row = 0; row < face.height; row++) {
      const [, , , x, y] = placed;
      data.set(face.data.subarray(3 * row * face.width, 3 * (row + 1) * face.width), 3 * ((y + row) * WIDTH + x));
    }
  return { width: WIDTH, height: HEIGHT, data };
}
