import { LANES, NONE, type PlanRecord } from '@pocketnet/engine/plan';
import type { Expression } from './expression.js';
import { denseLanes, isDense, type Lanes } from './pack.js';

export type Concat = Extract<Expression, { op: 'concat' }>;

/** Where a value lies, and which channels its lanes hold. */
export interface Planes {
  readonly buffer: number;
  readonly block: number;
  readonly blocks: number;
  readonly lanes: Lanes;
}

/**
 * Buffers, and where in them values go. A concatenation is one buffer into which its parts are written, so that it costs nothing; each part
 * starts with a block of its own, whose last lanes may be empty.
 */
export class Rooms {
  readonly buffers: PlanRecord<'buffer'>[] = [];
  /** Which concatenation a value is written into, from which block on. */
  readonly #places = new Map<Expression, { whole: Concat; block: number }>();
  readonly #concats = new Map<Concat, Planes>();

  constructor(all: readonly Expression[]) {
    for (const whole of all) if (whole.op === 'concat') this.#place(whole);
  }

  /** Whether a value is made anyway, for a concatenation. */
  isPlaced = (e: Expression): boolean => this.#places.has(e);

  /** Where a new value goes: its part of a concatenation, or a buffer of its own. */
  room(e: Expression, lanes: Lanes): Planes {
    const place = this.#places.get(e);
    const blocks = lanes.length / LANES;
    if (place && isDense(lanes, e.channels)) {
      const { buffer, block } = this.whole(place.whole);
      return { buffer, block: block + place.block, blocks, lanes };
    }
    return { buffer: this.buffers.push({ blocks, levels: NONE }) - 1, block: 0, blocks, lanes };
  }

  /** All of a concatenation. */
  whole(whole: Concat): Planes {
    const known = this.#concats.get(whole);
    if (known) return known;
    const lanes: number[] = [];
    let channels = 0;
    for (const part of whole.parts) {
      for (const channel of denseLanes(part.channels)) lanes.push(channel < 0 ? -1 : channels + channel);
      channels += part.channels;
    }
    const room = this.room(whole, Int32Array.from(lanes));
    this.#concats.set(whole, room);
    return room;
  }

  /** Parts are written where the whole has them, if no other whole has been promised them. */
  #place(whole: Concat): void {
    let block = 0;
    for (const part of whole.parts) {
      if (!this.#places.has(part) && part.op !== 'image') this.#places.set(part, { whole, block });
      block += Math.ceil(part.channels / LANES);
    }
  }
}
