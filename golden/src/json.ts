/**
 * A value of a description, with the path that leads to it: what is missing or of another type than expected is an error that
 * names file and field. NaN and the infinities stand as the strings "nan", "inf" and "-inf".
 */
export class Json {
  constructor(
    readonly value: unknown,
    /** File and fields, as in `s128.json: config.C`. */
    readonly path: string,
  ) {}

  /** A field that must be there. */
  get(name: string): Json {
    const field = this.find(name);
    if (!field) throw this.#error(`has no field '${name}'`);
    return field;
  }

  /** A field that may be absent. */
  find(name: string): Json | undefined {
    const record = this.#record();
    if (!record || !Object.hasOwn(record, name)) return undefined;
    return new Json(record[name], `${this.path}${this.path.endsWith(':') ? ' ' : '.'}${name}`);
  }

  fields(): [name: string, field: Json][] {
    const record = this.#record();
    if (!record) throw this.#error('should be an object');
    return Object.keys(record).map((name) => [name, this.get(name)]);
  }

  /** The elements of a list. */
  items(): Json[] {
    if (!Array.isArray(this.value)) throw this.#error('should be a list');
    return this.value.map((value, i) => new Json(value, `${this.path}[${i}]`));
  }

  isText(): boolean {
    return typeof this.value === 'string';
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.#error('should be a text');
    return this.value;
  }

  number(): number {
    if (typeof this.value === 'number') return this.value;
    const special = typeof this.value === 'string' ? notFinite.get(this.value.toLowerCase()) : undefined;
    if (special === undefined) throw this.#error('should be a number');
    return special;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.#error('should be true or false');
    return this.value;
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  /** All numbers of a list, or of a list of lists, row by row. */
  numbers(): number[] {
    return this.items().flatMap((item) => (Array.isArray(item.value) ? item.numbers() : [item.number()]));
  }

  #record(): Record<string, unknown> | undefined {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  }

  #error(problem: string): Error {
    return new Error(`${this.path} ${problem}, but is ${JSON.stringify(this.value)?.slice(0, 60)}.`);
  }
}

const notFinite = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);
