import { FactorizedReduce } from '../factorized-reduce.js';
import { Block } from '../interpreter.js';
import type { Primitive } from './primitive.js';

class Skip extends Block {
  read<V>(x: V): V {
    return x;
  }
}

/** What it takes, unchanged; where the cell halves, a FactorizedReduce. */
export const skipConnect: Primitive = {
  name: 'skip_connect',
  halvesOnlyEven: true,
  make: (channels, stride, affine) => (stride === 1 ? new Skip() : new FactorizedReduce(channels, channels, affine)),
};
