import { type OpenedPlan, readPlanHeader, readPlanMetadata } from '@pocketnet/engine';
import type { PlanOpener } from '../../models/engine.js';
import { STRIDES } from './decode.js';

/** How many sizes stay open: the parts of photos, the faces, and a few photos as a whole. */
const MOST = 5;

/** One detector, opened for the sizes that are asked for; those that were not asked for lately are closed. */
export class PlansBySize {
  readonly #bytes: Uint8Array;
  readonly #open: PlanOpener;
  #closed = false;
  readonly #opened = new Map<string, Promise<OpenedPlan>>();

  /** @throws an Error where the plan is no YuNet */
  constructor(bytes: Uint8Array, open: PlanOpener) {
    const { multiple } = readPlanHeader(bytes, 'the detector');
    const outputs = new Set(readPlanMetadata(bytes, 'the detector').outputs.map(({ name }) => name));
    const lacking = STRIDES.flatMap((stride) => ['cls', 'obj', 'bbox', 'kps'].map((name) => `${name}_${stride}`)).find(
      (name) => !outputs.has(name),
    );
    if (lacking !== undefined || 32 % multiple !== 0)
      throw new Error(
        `The detector is no YuNet: it has ${lacking === undefined ? 'another grid' : `no output ${lacking}`}. Give that of @pocketnet/models/yunet, or a function that detects.`,
      );
    [this.#bytes, this.#open] = [bytes, open];
  }

  /** Who waits for a plan has it before it is closed: no other promise stands between. Once all are closed none is opened any more. */
  at(width: number, height: number): Promise<OpenedPlan> {
    if (this.#closed) return Promise.reject(new Error('The detector is closed. Open another.'));
    const key = `${width}x${height}`;
    const opened = this.#opened.get(key) ?? this.#open(this.#bytes, { width, height, name: 'the detector' });
    this.#opened.delete(key);
    this.#opened.set(key, opened); // the last to be closed
    opened.catch(() => this.#opened.delete(key)); // what could not be opened is tried anew
    for (const [other] of this.#opened) if (this.#opened.size > MOST) this.#close(other);
    return opened;
  }

  close(): void {
    this.#closed = true;
    for (const [key] of this.#opened) this.#close(key);
  }

  #close(key: string): void {
    this.#opened.get(key)?.then(
      (plan) => plan.close(),
      () => {},
    );
    this.#opened.delete(key);
  }
}
