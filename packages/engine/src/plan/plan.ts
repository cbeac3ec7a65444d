import type { Arithmetic, PlanRecord } from './format.js';

/** How the numbers of a result are laid out: axes by name, the outermost first. */
export type Axis = 'channels' | 'height' | 'width' | 'pixels' | 'values';

/** What a plan says beside its steps. */
export interface PlanMetadata {
  readonly input: { readonly name: string };
  readonly outputs: readonly { readonly name: string; readonly axes: readonly Axis[] }[];
  /** What it can be computed in; of none said, floats. */
  readonly arithmetics?: readonly Arithmetic[];
  /** The model's own key-value pairs: network, card, licence, preprocessing. */
  readonly model: Readonly<Record<string, string>>;
}

/** The image that a plan takes. */
export interface PlanImage {
  readonly channels: number;
  /** 0: the opening decides, in multiples of `multiple`. */
  readonly height: number;
  readonly width: number;
  readonly multiple: number;
  readonly blueFirst: boolean;
  /** A byte's float, by channel of the network: scale · byte + shift. */
  readonly scale: readonly [number, number, number];
  readonly shift: readonly [number, number, number];
}

/** A constant, and the kind of number that it is stored as. */
export type PlanTensor = FloatTensor | { readonly dtype: 'int8'; readonly data: Int8Array };

export interface FloatTensor {
  readonly dtype: 'float32' | 'float16';
  readonly data: Float32Array;
}

/** A plan as a program sees it; steps refer to tensors, buffers and sources by index. */
export interface Plan {
  readonly metadata: PlanMetadata;
  readonly image: PlanImage;
  readonly tensors: readonly PlanTensor[];
  readonly buffers: readonly PlanRecord<'buffer'>[];
  readonly sources: readonly PlanRecord<'source'>[];
  readonly steps: readonly PlanRecord<'step'>[];
}
