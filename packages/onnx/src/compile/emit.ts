import { ENUMS, LANES, NONE, type PlanRecord, type PlanTensor } from '@pocketnet/engine/plan';
import type { Activation, Expression, Term, Window } from './expression.js';
import {
  byLane,
  denseLanes,
  denseStack,
  depthByLane,
  isDense,
  type Lanes,
  packProduct,
  patchStack,
  type Stack,
} from './pack.js';
import { Constants, type FloatStore, isStill, type Source, STILL, type Step, sourceOf, stepOf } from './records.js';
import { type Concat, type Planes, Rooms } from './rooms.js';
import { sumOf, termsOf } from './sums.js';

/** A step with its sources, before they are put into one table. */
export interface Emitted {
  readonly step: Step;
  readonly sources: readonly Source[];
  readonly name: string;
}

/** The tables of a plan. */
export interface Tables {
  readonly emitted: readonly Emitted[];
  readonly tensors: readonly PlanTensor[];
  readonly buffers: readonly PlanRecord<'buffer'>[];
}

/** Steps that make the outputs, consumers as soon after producers as the way from the outputs down finds them. */
export function emit(outputs: readonly Expression[], all: readonly Expression[], store: FloatStore): Tables {
  return new Emitter(all, store).emitOutputs(outputs);
}

/**
 * Turns expressions into steps: an activation becomes part of what makes its operand or of what takes it, a depthwise convolution that one
 * product takes part of that, and a sum of products one node.
 */
class Emitter {
  readonly #emitted: Emitted[] = [];
  readonly #made = new Map<Expression, Planes>();
  readonly #rooms: Rooms;
  readonly #constants: Constants;

  constructor(all: readonly Expression[], store: FloatStore) {
    this.#rooms = new Rooms(all);
    this.#constants = new Constants(store);
  }

  emitOutputs(outputs: readonly Expression[]): Tables {
    const made = outputs.map((output) => ({ output, planes: this.#dense(innerOf(output)) }));
    for (const { output, planes } of made)
      this.#emit(
        output.name,
        ENUMS.step.output,
        [this.#point(planes)],
        { ...planes, buffer: NONE, block: 0 },
        {
          mode: output.op === 'last' ? ENUMS.order.channelsLast : ENUMS.order.channelsFirst,
          channels: output.channels,
        },
      );
    return { emitted: this.#emitted, tensors: this.#constants.tensors, buffers: this.#rooms.buffers };
  }

  /** Makes a value, once. */
  #planes(e: Expression): Planes {
    const known = this.#made.get(e);
    if (known) return known;
    const made = this.#make(e);
    this.#made.set(e, made);
    return made;
  }

  #make(e: Expression): Planes {
    switch (e.op) {
      case 'concat':
        return this.#join(e);
      case 'active':
        return this.#activate(e, e.x, e.activation);
      case 'flat':
        return this.#planes(e.x);
      case 'last':
        throw new Error(`"${e.name}" has its channels last, which only outputs may.`);
      default:
        return this.#compute(e, e, undefined);
    }
  }

  #join(whole: Concat): Planes {
    const room = this.#rooms.whole(whole);
    let at = room.block;
    for (const part of whole.parts) {
      const planes = this.#dense(part);
      if (planes.buffer !== room.buffer || planes.block !== at)
        this.#emit(`${part.name} in ${whole.name}`, ENUMS.step.combine, [this.#point(planes)], {
          ...{ buffer: room.buffer, block: at, blocks: planes.blocks, lanes: planes.lanes },
        });
      at += planes.blocks;
    }
    return room;
  }

  /** An activation that nobody takes in: at the end of what makes its operand, or a step of its own. */
  #activate(e: Expression, x: Expression, activation: Activation): Planes {
    const steps = ['product', 'depth', 'pool', 'combine', 'resize'];
    if (x.uses === 1 && steps.includes(x.op) && !this.#made.has(x)) return this.#compute(x, e, activation);
    const from = this.#planes(x);
    const post = this.#constants.activation('post', activation, from.lanes);
    return this.#emit(e.name, ENUMS.step.combine, [this.#point(from)], this.#rooms.room(e, from.lanes), post);
  }

  /** Computes `e` and an activation of it, which `as` stands for. */
  #compute(e: Expression, as: Expression, post: Activation | undefined): Planes {
    switch (e.op) {
      case 'image': {
        const lanes = denseLanes(e.channels);
        return this.#emit(e.name, ENUMS.step.image, [], this.#rooms.room(as, lanes));
      }
      case 'product':
        return this.#node([e.term], [e.bias], [], as, post);
      case 'combine': {
        const { terms, biases, addends } = e.mode === 'add' ? termsOf(e) : { terms: [], biases: [], addends: [] };
        if (terms.length > 0) return this.#node(terms, biases, addends, as, post);
        return this.#combine(e.mode, e.a, e.b, as, post);
      }
      case 'depth': {
        const source = this.#depthSource(e, undefined);
        const options = { ...this.#constants.activation('post', post, source.lanes) };
        return this.#emit(as.name, ENUMS.step.spatial, [source.source], this.#rooms.room(as, source.lanes), options);
      }
      case 'pool': {
        const from = this.#planes(e.x);
        const source = sourceOf(ENUMS.source.dense, from, e.window);
        const options = { ...this.#constants.activation('post', post, from.lanes), mode: ENUMS.pool[e.mode] };
        return this.#emit(as.name, ENUMS.step.pool, [source], this.#rooms.room(as, from.lanes), options);
      }
      case 'resize': {
        const from = this.#planes(e.x);
        const source = sourceOf(ENUMS.source.point, from, { ...STILL, strides: e.factors });
        const options = { ...this.#constants.activation('post', post, from.lanes) };
        return this.#emit(as.name, ENUMS.step.resize, [source], this.#rooms.room(as, from.lanes), options);
      }
      case 'crop': {
        const from = this.#planes(e.x);
        const source = sourceOf(ENUMS.source.point, from, { ...STILL, pads: e.pads });
        return this.#emit(as.name, ENUMS.step.combine, [source], this.#rooms.room(as, from.lanes));
      }
      default:
        throw new Error(`"${e.name}" (${e.op}) is computed by no step.`);
    }
  }

  #combine(
    mode: keyof typeof ENUMS.combine,
    a: Expression,
    b: Expression,
    as: Expression,
    post: Activation | undefined,
  ) {
    const [first, second] = [this.#dense(a), this.#dense(b)];
    const options = { ...this.#constants.activation('post', post, first.lanes), mode: ENUMS.combine[mode] };
    const room = this.#rooms.room(as, first.lanes);
    return this.#emit(as.name, ENUMS.step.combine, [this.#point(first), this.#point(second)], room, options);
  }

  /** One product over the stacked lanes of all terms' sources. */
  #node(
    terms: readonly Term[],
    biases: readonly (Float32Array | undefined)[],
    addends: readonly Expression[],
    as: Expression,
    post: Activation | undefined,
  ): Planes {
    const lanes = denseLanes(as.channels);
    const parts = terms.map((term) => this.#termSource(term));
    const [addend, ...more] = addends.map((one) => this.#dense(one));
    for (const planes of more) parts.push({ source: this.#point(planes), stack: sameStack(as.channels, planes.lanes) });
    const bias = sumOf(biases, as.channels);
    const sources = parts.map(({ source }) => source);
    return this.#emit(as.name, ENUMS.step.node, sources, this.#rooms.room(as, lanes), {
      weight: this.#constants.add(
        packProduct(
          parts.map(({ stack }) => stack),
          lanes,
        ),
        this.#constants.weights,
      ),
      bias: bias ? this.#constants.add(byLane(bias, lanes)) : NONE,
      ...(addend ? { addendBuffer: addend.buffer, addendBlock: addend.block } : {}),
      ...this.#constants.activation('post', post, lanes),
    });
  }

  /** What a convolution takes: depthwise before pointwise where that is all that takes it, activated on the way in. */
  #termSource({ x, window, weight }: Term): { source: Source; stack: Stack } {
    const taps = window.kernel[0] * window.kernel[1];
    if (x.op === 'image')
      return {
        source: { ...sourceOf(ENUMS.source.patch, undefined, window), blocks: blocksOf(x.channels * taps) },
        stack: patchStack(weight, x.channels, taps),
      };
    const pointwise = taps === 1 && window.pads.every((pad) => pad <= 0);
    if (pointwise && isStill(window)) {
      const depth = this.#fusedDepth(x);
      if (depth) return { source: depth.source, stack: denseStack(weight, x.channels, 1, depth.lanes) };
    }
    const { planes, pre, pads } = this.#taken(x, pointwise);
    const kind = pointwise ? ENUMS.source.point : ENUMS.source.dense;
    const shifted = { ...window, pads: window.pads.map((pad, i) => pad + (pads[i] ?? 0)) as unknown as Window['pads'] };
    return {
      source: { ...sourceOf(kind, planes, shifted), ...this.#constants.activation('pre', pre, planes.lanes) },
      stack: denseStack(weight, x.channels, taps, planes.lanes),
    };
  }

  /** A depthwise convolution, and an activation after it, that nothing else takes. */
  #fusedDepth(x: Expression): { source: Source; lanes: Lanes } | undefined {
    if (x.uses !== 1 || this.#made.has(x)) return undefined;
    if (x.op === 'depth') return this.#depthSource(x, undefined);
    const inner = x.op === 'active' ? x.x : undefined;
    const alone = inner?.op === 'depth' && inner.uses === 1 && !this.#made.has(inner);
    return x.op === 'active' && alone ? this.#depthSource(inner, x.activation) : undefined;
  }

  #depthSource(e: Extract<Expression, { op: 'depth' }>, post: Activation | undefined) {
    const { planes, pre } = this.#taken(e.x, false);
    const { lanes } = planes;
    const taps = e.window.kernel[0] * e.window.kernel[1];
    const source: Source = {
      ...sourceOf(ENUMS.source.depth, planes, e.window),
      ...this.#constants.activation('pre', pre, lanes),
      weight: this.#constants.add(depthByLane(e.weight, taps, lanes), this.#constants.weights),
      bias: e.bias ? this.#constants.add(byLane(e.bias, lanes)) : NONE,
      ...this.#constants.activation('post', post, lanes),
    };
    return { source, lanes };
  }

  /**
   * Planes, and what is to be done with them on the way in: activated, unless that is better done where they are made (nothing else takes
   * them, and a point source would have to copy them for it); rows and columns taken off, for a point source.
   */
  #taken(x: Expression, pointwise: boolean): { planes: Planes; pre: Activation | undefined; pads: readonly number[] } {
    const pads = pointwise && x.op === 'crop' ? x.pads : [0, 0, 0, 0];
    const inner = pointwise && x.op === 'crop' ? x.x : x;
    const made = this.#made.has(inner) || this.#rooms.isPlaced(inner);
    const atOnce = pointwise && inner.op === 'active' && inner.x.uses === 1 && inner.x.op !== 'concat';
    if (inner.op !== 'active' || made || atOnce) return { planes: this.#planes(inner), pre: undefined, pads };
    return { planes: this.#planes(inner.x), pre: inner.activation, pads };
  }

  /** Planes whose lanes are the channels in order. */
  #dense(e: Expression): Planes {
    const planes = this.#planes(e);
    const { channels } = e;
    if (isDense(planes.lanes, channels)) return planes;
    const lanes = denseLanes(channels);
    const weight = packProduct([sameStack(channels, planes.lanes)], lanes);
    const dense = this.#emit(`${e.name} in order`, ENUMS.step.node, [this.#point(planes)], this.#rooms.room(e, lanes), {
      weight: this.#constants.add(weight, this.#constants.weights),
    });
    this.#made.set(e, dense);
    return dense;
  }

  #point = (planes: Planes): Source => sourceOf(ENUMS.source.point, planes, STILL);

  #emit(name: string, kind: number, sources: readonly Source[], room: Planes, own: Partial<Step> = {}): Planes {
    this.#emitted.push({ step: stepOf(kind, room, { sourceCount: sources.length, ...own }), sources, name });
    return room;
  }
}

const blocksOf = (channels: number): number => Math.ceil(channels / LANES);

/** A product by the identity matrix. */
function sameStack(channels: number, lanes: Lanes): Stack {
  const weight = new Float32Array(channels * channels);
  for (let c = 0; c < channels; c++) weight[c * channels + c] = 1;
  return denseStack(weight, channels, 1, lanes);
}

/** An output without its order, which is the output step's. */
const innerOf = (output: Expression): Expression => (output.op === 'flat' || output.op === 'last' ? output.x : output);
