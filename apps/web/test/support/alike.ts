import { readFileSync } from 'node:fs';
import { openPocketNet, type Template } from 'pocketnet/node';
import { drawnPortrait } from '../../tools/drawn-people.js';

interface Drawn {
  readonly name: string;
  readonly buffer: Buffer;
  /** Its template by each of {@link ENGINES}. */
  readonly templates: readonly Template[];
}

/**
 * The page computes in eight bits, in the form that its browser is fastest with. Eight bits were seen to move the cosine of two drawn people by
 * 0.034 against float32, and the browser's form need not be Node's: pairs are taken that both of Node's are sure of.
 */
const ENGINES = ['strict', 'fastest'] as const;
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
  const open = ENGINES.map((engine) => openPocketNet({ detector: model('yunet/yunet.pnet'), embedder, engine }));
  const nets = await Promise.all(open);
  /** Where two stand by each engine: below the usual threshold, between it and the strict one, or near or above that. */
  const placesOf = (a: Drawn, b: Drawn): ('apart' | 'alike' | undefined)[] =>
    nets.map((net, index) => {
      const [x, y] = [a.templates[index], b.templates[index]];
      if (!x || !y) return undefined;
      const { usual, strict } = net.thresholds();
      const { cosine } = net.compare(x, y);
      if (cosine < usual - ROOM) return 'apart';
      return cosine > usual + ROOM && cosine < strict - 2 * ROOM ? 'alike' : undefined;
    });
  const are = (place: 'apart' | 'alike', a: Drawn, b: Drawn) => placesOf(a, b).every((each) => each === place);
  const [finder] = nets;
  const templatesOf = async (buffer: Buffer): Promise<Template[] | undefined> => {
    const [face, other] = (await finder?.detect(buffer)) ?? [];
    if (!finder || !face || other) return undefined;
    const crop = finder.align(buffer, face);
    return Promise.all(nets.map((net) => net.embed(crop)));
  };
  const drawn: Drawn[] = [];
  const pairs: (readonly [Drawn, Drawn])[] = [];
  try {
    for (let identity = 0; identity < 300; identity++) {
      const buffer = await drawnPortrait(identity, 0);
      const templates = await templatesOf(buffer);
      if (!templates) continue;
      const one = { name: `${identity}.webp`, buffer, templates };
      for (const other of drawn) {
        if (!are('alike', one, other)) continue;
        const second = pairs.find((pair) => pair.every((each) => [one, other].every((two) => are('apart', each, two))));
        if (second) return [...second, other, one];
        pairs.push([other, one]);
      }
      drawn.push(one);
    }
  } finally {
    for (const net of nets) net.close();
  }
  throw new Error('No four of the three hundred drawn people are two and two alike.');
}
