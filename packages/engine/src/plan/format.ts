/**
 * The plan file, described once: `scripts/plan-header.js` writes `c/plan.h` from it, and the reader and the writer beside it walk it.
 *
 * A file is a header, then sections in any order: metadata (UTF-8 JSON), tables of records, tensors. All is little-endian. Tables
 * start at multiples of 4 bytes, tensors at multiples of 64. The checksum is CRC-32C of all that follows its field.
 *
 * Values are planes of 16 channels each (NCHW16c): a buffer holds `blocks` of them, one after the other, of one height and width.
 * Steps name channels and kernels only; height and width follow from the input's when a plan is opened.
 */
export const MAGIC = 0x54454e50; // "PNET"
export const VERSION = 2;

/** Channels of one block, and bytes that tensors are aligned to. */
export const LANES = 16;
export const ALIGNMENT = 64;

/** In place of a number: there is none. */
export const NONE = 0xffffffff;

type Field = 'u32' | 'i32' | 'f32';

/** An activation's four fields under a prefix. */
const activation = <P extends string>(prefix: P) =>
  ({
    [`${prefix}Kind`]: 'u32',
    [`${prefix}Tensor`]: 'u32',
    [`${prefix}Low`]: 'f32',
    [`${prefix}High`]: 'f32',
  }) as Record<`${P}Kind` | `${P}Tensor`, 'u32'> & Record<`${P}Low` | `${P}High`, 'f32'>;

export const RECORDS = {
  header: {
    magic: 'u32',
    version: 'u32',
    crc: 'u32',
    size: 'u32',
    metadataOffset: 'u32',
    metadataBytes: 'u32',
    tensorsOffset: 'u32',
    tensorCount: 'u32',
    buffersOffset: 'u32',
    bufferCount: 'u32',
    sourcesOffset: 'u32',
    sourceCount: 'u32',
    stepsOffset: 'u32',
    stepCount: 'u32',
    /** Channels of the image, and its sides: 0 where the opening decides, then a multiple of `multiple`. */
    channels: 'u32',
    height: 'u32',
    width: 'u32',
    multiple: 'u32',
    /** 1: the network takes blue first. */
    blueFirst: 'u32',
    /** What makes floats of bytes, by channel of the network: scale · byte + shift. */
    scale0: 'f32',
    scale1: 'f32',
    scale2: 'f32',
    shift0: 'f32',
    shift1: 'f32',
    shift2: 'f32',
    reserved: 'u32',
  },
  /** `count` numbers of a kind, from `offset` on. */
  tensor: { dtype: 'u32', offset: 'u32', count: 'u32', reserved: 'u32' },
  /** `levels`, [block][scales, zeros][16]: what integers in it stand for, scale · (integer − zero); none: it holds floats always. */
  buffer: { blocks: 'u32', levels: 'u32' },
  /** What a step takes: blocks of a buffer, or the image, seen through a window that slides. */
  source: {
    kind: 'u32',
    buffer: 'u32',
    block: 'u32',
    blocks: 'u32',
    kernelHeight: 'u32',
    kernelWidth: 'u32',
    strideY: 'u32',
    strideX: 'u32',
    dilationY: 'u32',
    dilationX: 'u32',
    /** Rows and columns of zeros around it; negative ones are taken off. */
    top: 'i32',
    left: 'i32',
    bottom: 'i32',
    right: 'i32',
    /** Before the window: what is padded stays zero. */
    ...activation('pre'),
    /**
     * Of what is activated, as in a buffer; none where nothing is, or where it has the buffer's scales and its zeros are where the least of
     * what is activated is the integer 0.
     */
    preLevels: 'u32',
    /** Of a depthwise convolution: [block][ky][kx][16]; of int8, by how much each channel's are to be multiplied, and bias: [block][16]. */
    weight: 'u32',
    weightScales: 'u32',
    bias: 'u32',
    ...activation('post'),
    /** Of what a depthwise convolution inside a node makes. */
    postLevels: 'u32',
  },
  /** `sourceCount` sources from `firstSource` on become `blocks` blocks of a buffer from `block` on. */
  step: {
    kind: 'u32',
    firstSource: 'u32',
    sourceCount: 'u32',
    buffer: 'u32',
    block: 'u32',
    blocks: 'u32',
    /**
     * Of a node: [output block][input lane][16 outputs], the lanes of all sources stacked; of int8, [output block][four input
     * lanes][16 outputs][4], times its output's scale, divided by its input's. Scales and bias: [block][16].
     */
    weight: 'u32',
    weightScales: 'u32',
    bias: 'u32',
    addendBuffer: 'u32',
    addendBlock: 'u32',
    ...activation('post'),
    /** Which kind of pool, combination or order of an output. */
    mode: 'u32',
    /** Of an output: its channels. */
    channels: 'u32',
  },
} as const satisfies Record<string, Record<string, Field>>;

/** What an opening finds out of each buffer, step and output, once the image's sides are known. Offsets are in floats, inside the arena. */
export const OPENED = {
  planes: {
    height: 'u32',
    width: 'u32',
    /** Bytes of a number in it. */
    element: 'u32',
    /** Steps between which it lives, and the index of its blocks' marks. */
    first: 'u32',
    last: 'u32',
    written: 'u32',
    offset: 'u64',
  },
  shape: {
    /** Of what it makes. */
    height: 'u32',
    width: 'u32',
    /** Stacked blocks of all sources. */
    lanes: 'u32',
    /** Of a tile. */
    rows: 'u32',
    columns: 'u32',
    /** Steps that run side by side from this one on. */
    together: 'u32',
    inputHeight: 'u32',
    inputWidth: 'u32',
    /** Multiply-adds. */
    work: 'u64',
    /** Where what it needs beside its buffers lies. */
    scratch: 'u64',
  },
  /** Weights as they are computed with where the file's do not serve, and where what loading makes lies in the arena. */
  tables: { loaded: 'pointer', weights: 'u64', finish: 'u64', map: 'u64' },
  result: { channels: 'u32', height: 'u32', width: 'u32', order: 'u32', offset: 'u64' },
} as const satisfies Record<string, Record<string, 'u32' | 'u64' | 'pointer'>>;

export type RecordName = keyof typeof RECORDS;
export type PlanRecord<N extends RecordName> = { [F in keyof (typeof RECORDS)[N]]: number };

/** Numbers that stand for words, by what they tell apart. */
export const ENUMS = {
  dtype: { float32: 1, float16: 2, int8: 3 },
  /**
   * What a plan is computed in: floats, or integers of so many bits between steps (c/levels.c). The integers have one result, bit for
   * bit, wherever they are computed; seven bits are for instructions that have no more.
   */
  arithmetic: { float: 0, int16: 1, int8: 2, int7: 3 },
  /**
   * point: a pixel each; depth: a depthwise convolution; dense: every tap of a window a channel of its own; patch: the same of the
   * image, its taps [ky][kx][channel] filled up to whole blocks.
   */
  source: { point: 1, depth: 2, dense: 3, patch: 4 },
  /**
   * node: a product over the stacked lanes of all sources, plus bias and addend; spatial: depthwise alone; pool; combine: pixel by
   * pixel, of one source or two; resize: nearest, by whole factors (the strides); image: the image as blocks; output.
   */
  step: { node: 1, spatial: 2, pool: 3, combine: 4, resize: 5, image: 6, output: 7 },
  /** none; max(x, 0); x < 0 ? slope·x : x; min(max(x, low), high); 1/(1 + e^−x); scale·x + shift. */
  activation: { none: 0, relu: 1, prelu: 2, clip: 3, sigmoid: 4, affine: 5 },
  /** Means leave padding out, or count it. */
  pool: { max: 0, mean: 1, paddedMean: 2 },
  combine: { copy: 0, add: 1, subtract: 2, multiply: 3, max: 4, min: 5 },
  order: { channelsFirst: 0, channelsLast: 1 },
} as const;

/** What a plan is computed in. */
export type Arithmetic = keyof typeof ENUMS.arithmetic;

/** The kinds of numbers that tensors hold, and the bytes of one. */
export const DTYPES = ['float32', 'float16', 'int8'] as const satisfies (keyof typeof ENUMS.dtype)[];
export const DTYPE_BYTES = { float32: 4, float16: 2, int8: 1 } as const;

/** Most that a plan may hold, so that checking one takes bounded time and memory. */
export const LIMITS = {
  tensors: 65536,
  buffers: 4096,
  sources: 65536,
  steps: 16384,
  stepSources: 64,
  blocks: 4096,
  allBlocks: 65536,
  side: 16384,
  kernel: 256,
  stride: 64,
  dilation: 64,
  channels: 256,
} as const;

/** Why a plan is refused: C gives the number, the place and its index; TypeScript the sentence. */
export const REFUSALS = {
  short: 'It is shorter than a plan’s header.',
  magic: 'It is no PocketNet plan: the first four bytes are not "PNET".',
  version: 'It is of another version of the format. Compile the model again, or take an engine that reads it.',
  size: 'Its length is not what its header says; it is cut short or has grown.',
  checksum: 'Its checksum is wrong; the file is damaged.',
  section: 'A section lies outside the file or is not aligned.',
  limit: 'It holds more of these than a plan may.',
  header: 'The header’s description of the image makes no sense.',
  dtype: 'Its numbers are of a kind that is not known.',
  range: 'It lies outside the file, or outside the table that it names.',
  geometry: 'Its kernel, stride, dilation or padding is out of bounds.',
  kind: 'It is of a kind that is not known, or that does not belong here.',
  weights: 'A tensor that it needs is missing or of another size.',
  twice: 'It writes what another step has written.',
  unwritten: 'It reads what no earlier step has written.',
  shape: 'Its sources, its addend and what it writes differ in height or width.',
  empty: 'Nothing is left of the image: it is smaller than the window that slides over it.',
  side: 'The plan does not take an image of this height and width.',
  memory: 'It would need more memory than allowed.',
  work: 'It would compute longer than allowed.',
  outputs: 'It has no output.',
  arithmetic:
    'It cannot be computed in integers: it lacks what they stand for. Compile the model with --store int8, or compute in floats.',
  form: 'This build of the engine does not compute in that arithmetic.',
} as const;

export type Refusal = keyof typeof REFUSALS;

export const PLACES = ['header', 'tensor', 'buffer', 'source', 'step'] as const;
