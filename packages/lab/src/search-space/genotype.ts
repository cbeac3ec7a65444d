/** A primitive, by its name, and what it takes: 0 and 1 are the cell's two inputs, 2… its nodes. */
export type Edge = readonly [operation: string, from: number];

/** What a search finds: for each node of a normal and of a reduction cell its incoming edges, strongest first. */
export interface Genotype {
  readonly normal: readonly (readonly Edge[])[];
  readonly normalConcat: readonly number[];
  readonly reduce: readonly (readonly Edge[])[];
  readonly reduceConcat: readonly number[];
}

const concat = [2, 3, 4, 5];

/** Found on CASIA-WebFace (Boutros et al. 2021): every PocketNet's cells. */
export const casiaGenotype: Genotype = {
  normal: [
    [
      ['dw_conv_3x3', 0],
      ['dw_conv_1x1', 1],
    ],
    [
      ['dw_conv_3x3', 2],
      ['dw_conv_5x5', 0],
    ],
    [
      ['dw_conv_3x3', 3],
      ['dw_conv_3x3', 0],
    ],
    [
      ['dw_conv_3x3', 4],
      ['skip_connect', 0],
    ],
  ],
  normalConcat: concat,
  reduce: [
    [
      ['dw_conv_3x3', 1],
      ['dw_conv_7x7', 0],
    ],
    [
      ['skip_connect', 2],
      ['dw_conv_5x5', 1],
    ],
    [
      ['max_pool_3x3', 0],
      ['skip_connect', 2],
    ],
    [
      ['max_pool_3x3', 0],
      ['max_pool_3x3', 1],
    ],
  ],
  reduceConcat: concat,
};

/** Found on CIFAR-10: the paper's comparison of searching on faces with searching on objects (DartFaceNet). */
export const cifarGenotype: Genotype = {
  normal: [
    [
      ['dw_conv_7x7', 0],
      ['dw_conv_3x3', 1],
    ],
    [
      ['dw_conv_1x1', 1],
      ['dw_conv_1x1', 2],
    ],
    [
      ['max_pool_3x3', 2],
      ['dw_conv_7x7', 3],
    ],
    [
      ['dw_conv_5x5', 4],
      ['max_pool_3x3', 0],
    ],
  ],
  normalConcat: concat,
  reduce: [
    [
      ['max_pool_3x3', 0],
      ['dw_conv_7x7', 1],
    ],
    [
      ['max_pool_3x3', 0],
      ['max_pool_3x3', 1],
    ],
    [
      ['max_pool_3x3', 0],
      ['max_pool_3x3', 2],
    ],
    [
      ['max_pool_3x3', 0],
      ['max_pool_3x3', 1],
    ],
  ],
  reduceConcat: concat,
};

/** Published genotypes under the keys of the released code. */
export const genotypes: Readonly<Record<string, Genotype>> = {
  softmax_casia: casiaGenotype,
  softmax_cifar10: cifarGenotype,
};
