import { ENUMS, NONE, type PlanRecord, type PlanTensor } from '@pocketnet/engine/plan';
import type { Activation, Window } from './expression.js';
import { affineByLane, byLane, type Lanes } from './pack.js';
import type { Planes } from './rooms.js';

export type Source = PlanRecord<'source'>;
export type Step = PlanRecord<'step'>;

/** A window that sees each pixel alone. */
export const STILL: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

export const isStill = ({ kernel, strides, pads }: Window): boolean =>
  [...kernel, ...strides].every((n) => n === 1) && pads.every((pad) => pad === 0);

type Fields<P extends 'pre' | 'post'> = Record<`${P}${'Kind' | 'Tensor' | 'Low' | 'High'}`, number>;

const fields = <P extends 'pre' | 'post'>(prefix: P, kind: number, tensor: number, low: number, high: number) =>
  ({
    [`${prefix}Kind`]: kind,
    [`${prefix}Tensor`]: tensor,
    [`${prefix}Low`]: low,
    [`${prefix}High`]: high,
  }) as Fields<P>; // all four

const none = <P extends 'pre' | 'post'>(prefix: P) => fields(prefix, ENUMS.activation.none, NONE, 0, 0);

/** A source of a kind, of planes (of the image: none) seen through a window. */
export function sourceOf(
  kind: number,
  planes: Planes | undefined,
  { kernel, strides, dilations, pads }: Window,
): Source {
  const [top, left, bottom, right] = pads;
  return {
    ...{ kind, buffer: planes?.buffer ?? NONE, block: planes?.block ?? 0, blocks: planes?.blocks ?? 0 },
    ...{ kernelHeight: kernel[0], kernelWidth: kernel[1], strideY: strides[0], strideX: strides[1] },
    ...{ dilationY: dilations[0], dilationX: dilations[1], top, left, bottom, right },
    ...{
      weight: NONE,
      weightScales: NONE,
      bias: NONE,
      preLevels: NONE,
      postLevels: NONE,
      ...none('pre'),
      ...none('post'),
    },
  };
}

/** A step of a kind that writes planes, and what else it has. */
export function stepOf(kind: number, { buffer, block, blocks }: Planes, own: Partial<Step>): Step {
  return {
    ...{ kind, firstSource: 0, sourceCount: 0, buffer, block, blocks, weight: NONE, weightScales: NONE, bias: NONE },
    ...{ addendBuffer: NONE, addendBlock: 0, mode: 0, channels: 0, ...none('post') },
    ...own,
  };
}

/** How weights are stored that stay floats. */
export type FloatStore = Exclude<PlanTensor['dtype'], 'int8'>;

/** The plan's constants, and activations, which are made of some. */
export class Constants {
  readonly tensors: PlanTensor[] = [];

  /** @param weights how the large ones are stored */
  constructor(readonly weights: FloatStore) {}

  /** Adds a tensor. Halves end at 65,504; one with a number beyond stays in floats. @returns its index */
  add(data: Float32Array, dtype: FloatStore = 'float32'): number {
    const fits = data.every((value) => Math.abs(value) <= 65504);
    return this.tensors.push({ dtype: fits ? dtype : 'float32', data }) - 1;
  }

  /** The fields of an activation before or after a step, of lanes that hold these channels. */
  activation<P extends 'pre' | 'post'>(prefix: P, activation: Activation | undefined, lanes: Lanes): Fields<P> {
    if (!activation) return none(prefix);
    const kind = ENUMS.activation[activation.kind];
    switch (activation.kind) {
      case 'prelu':
        return fields(prefix, kind, this.add(byLane(activation.slope, lanes)), 0, 0);
      case 'affine':
        return fields(prefix, kind, this.add(affineByLane(activation.scale, activation.shift, lanes)), 0, 0);
      case 'clip':
        return fields(prefix, kind, NONE, activation.low, activation.high);
      default:
        return fields(prefix, kind, NONE, 0, 0);
    }
  }
}
