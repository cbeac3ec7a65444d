import { readFileSync } from 'node:fs';
import { openPocketNet, type Template } from 'pocketnet/node';
import { drawnPortrait } from '../../tools/drawn-people.js';

interface Drawn {
  readonly name: string;
  readonly buffer: Buffer;
  readonly template: Template;
}

/** The page's cosines of these pictures are not quite those of Node; why is not known. */
const ROOM = 0.015;

const model = (path: string): Buffer => readFileSync(new URL(`../../../../models/${path}`, import.meta.url));

/**
 * Portraits of four drawn people by the released network, with room for what a browser computes otherwise: the first two
 * and the last two are so much alike that one asks whether they are one person.
 *
 * @throws an Error where there are none among three hundred
 */
export async function twoPairsAlike(): Promise<readonly { name: string; buffer: Buffer }[]> {
  const embedder = model('pocketnet-s-128/pocketnet-s-128.pnet');
  const net = await openPocketNet({ detector: model('yunet/yunet.pnet'), embedder, engine: 'strict' });
  const { usual, strict } = net.thresholds();
  const cosine = (a: Drawn, b: Drawn): number => net.compare(a.template, b.template).cosine;
  const drawn: Drawn[] = [];
  const pairs: (readonly [Drawn, Drawn])[] = [];
  try {
    for (let identity = 0; identity < 300; identity++) {
      const buffer = await drawnPortrait(identity, 0);
      const faces = await net.detect(buffer);
      const [face] = faces;
      if (faces.length !== 1 || !face) continue;
      const one = { name: `${identity}.webp`, buffer, template: await net.embed(net.align(buffer, face)) };
      for (const other of drawn) {
        const alike = cosine(one, other);
        if (!(alike > usual + ROOM && alike < strict - 2 * ROOM)) continue;
        const second = pairs.find((pair) =>
          pair.every((each) => [one, other].every((two) => cosine(each, two) < usual - ROOM)),
        );
        if (second) return [...second, other, one];
        pairs.push([other, one]);
      }
      drawn.push(one);
    }
  } finally {
    net.close();
  }
  throw new Error('No four of the three hundred drawn people are two and two alike.');
}
