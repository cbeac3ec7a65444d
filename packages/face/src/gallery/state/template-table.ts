import type { TemplateRecord } from './template-record.js';

export interface TemplateState extends TemplateRecord {
  readonly id: string;
  readonly model: string;
  /** Where the model's search has it. */
  readonly row: number;
}

type Rare = Pick<TemplateRecord, 'face' | 'crop' | 'of'>;

const FIRST_PLACES = 64;

/**
 * Templates by their ids: columns rather than objects, since there may be a million of them. Ids mostly come in rising order, as they
 * begin with the time: such a template is appended, and found by bisection. The others lie in a map beside the columns.
 */
export class TemplateTable {
  readonly #ids: string[] = [];
  /** Whose it is; undefined where it was removed. */
  readonly #people: (string | undefined)[] = [];
  #rows = new Uint32Array(FIRST_PLACES);
  #models = new Uint16Array(FIRST_PLACES);
  #added = new Float64Array(FIRST_PLACES);
  /** NaN where nothing was said. */
  #qualities = new Float64Array(FIRST_PLACES);
  readonly #modelNames: string[] = [];
  /** What few templates have, by their ids. */
  readonly #rare = new Map<string, Rare>();
  readonly #others = new Map<string, TemplateState>();
  #removed = 0;

  get size(): number {
    return this.#ids.length - this.#removed + this.#others.size;
  }

  get(id: string): TemplateState | undefined {
    const at = this.#placeOf(id);
    if (at !== undefined) return this.#at(at);
    return this.#others.size > 0 ? this.#others.get(id) : undefined; // where there is none, no hash is worth it
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  /** Keeps a template that is not there. */
  add(template: TemplateState): void {
    const { id } = template;
    const last = this.#ids.at(-1);
    if (last === undefined || id > last) {
      if (this.#ids.length === this.#rows.length) this.#grow();
      this.#people.push(undefined);
      this.#fill(this.#ids.push(id) - 1, template);
      return;
    }
    const at = this.#placeOf(id);
    if (at === undefined) this.#others.set(id, template);
    else {
      this.#removed--;
      this.#fill(at, template);
    }
  }

  delete(id: string): void {
    const at = this.#placeOf(id);
    if (at === undefined) this.#others.delete(id);
    else if (this.#people[at] !== undefined) {
      this.#people[at] = undefined;
      this.#rare.delete(id);
      this.#removed++;
      if (this.#removed > FIRST_PLACES && 2 * this.#removed > this.#ids.length) this.#close();
    }
  }

  /** All of them; nothing may change meanwhile. */
  *values(): Generator<TemplateState> {
    for (let at = 0; at < this.#ids.length; at++) {
      const template = this.#at(at);
      if (template) yield template;
    }
    yield* this.#others.values();
  }

  #at(at: number): TemplateState | undefined {
    const [id, person] = [this.#ids[at], this.#people[at]];
    if (id === undefined || person === undefined) return undefined;
    const quality = this.#qualities[at] as number; // columns are as long as the ids, or longer
    const { face, crop, of } = this.#rare.get(id) ?? {};
    return {
      ...{ id, person, face, crop, of },
      model: this.#modelNames[this.#models[at] as number] as string,
      row: this.#rows[at] as number,
      added: this.#added[at] as number,
      quality: Number.isNaN(quality) ? undefined : quality,
    };
  }

  #fill(at: number, { id, model, row, person, added, quality, face, crop, of }: TemplateState): void {
    this.#people[at] = person;
    this.#rows[at] = row;
    this.#models[at] = this.#numberOf(model);
    this.#added[at] = added;
    this.#qualities[at] = quality ?? Number.NaN;
    if (face !== undefined || crop !== undefined || of !== undefined) this.#rare.set(id, { face, crop, of });
  }

  #numberOf(model: string): number {
    const known = this.#modelNames.indexOf(model);
    return known >= 0 ? known : this.#modelNames.push(model) - 1;
  }

  #grow(): void {
    const places = 2 * this.#rows.length;
    const [rows, models, added, qualities] = [this.#rows, this.#models, this.#added, this.#qualities];
    this.#rows = new Uint32Array(places);
    this.#models = new Uint16Array(places);
    this.#added = new Float64Array(places);
    this.#qualities = new Float64Array(places);
    this.#rows.set(rows);
    this.#models.set(models);
    this.#added.set(added);
    this.#qualities.set(qualities);
  }

  /** Gives up the places of what was removed. */
  #close(): void {
    let kept = 0;
    for (const [at, person] of this.#people.entries()) {
      if (person === undefined) continue;
      this.#ids[kept] = this.#ids[at] as string; // there are as many
      this.#people[kept] = person;
      for (const column of [this.#rows, this.#models, this.#added, this.#qualities])
        column.copyWithin(kept, at, at + 1);
      kept++;
    }
    this.#ids.length = kept;
    this.#people.length = kept;
    this.#removed = 0;
  }

  /** Where the id lies among those that rose, removed ones among them. */
  #placeOf(id: string): number | undefined {
    let [low, high] = [0, this.#ids.length];
    const last = this.#ids[high - 1];
    if (last === undefined || id > last) return undefined;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as string) < id)
        low = middle + 1; // below high
      else high = middle;
    }
    return this.#ids[low] === id ? low : undefined;
  }
}
