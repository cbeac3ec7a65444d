import type { PairSet } from '../formats/pairs.js';
import { turnImage } from './turn-image.js';
import type { Turn } from './turn-table.js';

/**
 * The pairs with every second picture turned, that of pair p by turn p modulo their number: a frontal picture against one from the side, as
 * CFP-FP asks.
 *
 * @param name what to call the pairs in an error about a damaged picture
 */
export async function turnPairs(
  { images, same }: PairSet,
  turns: readonly [Turn, ...Turn[]],
  name = 'the pairs',
): Promise<PairSet> {
  const turned: Uint8Array[] = [];
  for (const [record, image] of images.entries()) {
    const pair = Math.floor(record / 2);
    const turn = turns[pair % turns.length] ?? turns[0];
    turned.push(record % 2 === 0 ? image : await turnImage(image, turn, { file: name, record }));
  }
  return { images: turned, same };
}
