import type { Block } from '../blocks/interpreter.js';
import { Counter, type Shape } from '../networks/count.js';

/** A map that a block takes: its channels and its side in pixels. */
export interface BlockInput {
  channels: number;
  side: number;
}

/**
 * What a block does, layer by layer, in one line: blocks of one signature take one time, whatever they are called and wherever they stand.
 * Such as `prelu 16, conv 16-16 k3 s1 g16, conv 16-16 k1 s1 g1, norm 16 @ 16x56`.
 */
export function signatureOf(block: Pick<Block, 'read'>, { channels, side }: BlockInput): string {
  const layers: string[] = [];
  block.read({ channels, height: side, width: side }, new Describer(layers));
  return `${layers.length > 0 ? layers.join(', ') : 'nothing'} @ ${channels}x${side}`;
}

class Describer extends Counter {
  constructor(layers: string[]) {
    super();
    const noted =
      <Args extends [Shape, ...never[]]>(f: (...args: Args) => Shape, text: (...args: Args) => string) =>
      (...args: Args): Shape => {
        layers.push(text(...args));
        return f(...args);
      };
    const [conv, prelu, norm] = [this.conv, this.prelu, this.norm];
    this.conv = noted(
      conv,
      (_, { inChannels, outChannels, kernel, stride, groups }) =>
        `conv ${inChannels}-${outChannels} k${kernel} s${stride} g${groups}`,
    );
    this.prelu = noted(prelu, ({ channels }) => `prelu ${channels}`);
    this.norm = noted(norm, ({ channels }) => `norm ${channels}`);
    for (const kind of ['maxPool', 'avgPool'] as const) {
      const pool = this[kind];
      this[kind] = noted(pool, (_, { kernel, stride }) => `${kind} k${kernel} s${stride}`);
    }
  }
}
