declare const made: unique symbol;

/** A template as it is kept. */
export interface StoredTemplate {
  /**
   * The fingerprint of the model's weights, whatever form of the engine computed with them; with an ending where the way from crop to vector
   * is not the usual one.
   */
  readonly model: string;
  /** Of unit length; some hundred numbers. */
  readonly vector: Float32Array;
}

/** What a network says of one face. Only templates of one model can be compared. */
export interface Template extends StoredTemplate {
  /** In the types alone: a template comes from `embed`, or is taken up again by {@link templateOf}. */
  readonly [made]: true;
}

/** How far from 1 the length of a stored vector may be: float16 keeps it within this. */
const TOLERANCE = 1e-2;
/** Of numbers that nothing has rounded; they stay as they are, bit for bit. */
const EXACT = 1e-6;

/**
 * A template of numbers that were kept: of unit length again, where the way they were stored has rounded them.
 *
 * @param model what the template carried as `model`
 * @throws RangeError where the numbers are no direction, or far from unit length
 */
export function templateOf(model: string, vector: ArrayLike<number>): Template {
  const length = lengthOf(vector);
  if (!(Math.abs(length - 1) <= TOLERANCE))
    throw new RangeError(`A template has the length 1, not ${length}. Give the vector that came from embed().`);
  return Math.abs(length - 1) <= EXACT ? branded(model, Float32Array.from(vector)) : unitTemplate(model, vector);
}

/** A template of an embedding of any length. @throws RangeError where it has no direction */
export function unitTemplate(model: string, embedding: ArrayLike<number>): Template {
  const length = lengthOf(embedding);
  if (!(length > 0 && Number.isFinite(length)))
    throw new RangeError(`The embedding has no direction: its length is ${length}. Check the model and the picture.`);
  return branded(
    model,
    Float32Array.from(embedding, (value) => value / length),
  );
}

const branded = (model: string, vector: Float32Array): Template => ({ model, vector }) as Template; // the brand is of the types alone

/** Sums, products and a root in float64, which are rounded alike everywhere. */
function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (vector[i] as number); // inside by the loop's bound
  return Math.sqrt(sum);
}

/** @throws TypeError where a value is no template, such as a crop, or one that went through JSON */
export function checkTemplate(value: StoredTemplate): void {
  if (typeof value?.model === 'string' && value.vector instanceof Float32Array) return;
  throw new TypeError(
    'This is no template. Give what embed() gave. To keep one as JSON, keep Array.from(vector), and make it a template again by template(numbers).',
  );
}

/** The cosine of two templates, -1 to 1. @throws an Error where they are of different models; TypeError where one is no template */
export function cosineOf(a: Template, b: Template): number {
  checkTemplate(a);
  checkTemplate(b);
  if (a.model !== b.model)
    throw new Error(
      `These templates are of two models (${a.model} and ${b.model}): their cosine means nothing. Embed both faces with one of them.`,
    );
  if (a.vector.length !== b.vector.length)
    throw new Error(
      `These templates hold ${a.vector.length} and ${b.vector.length} numbers, though both say that they are of the model ${a.model}: one of them was cut or made by hand. Embed that face again.`,
    );
  let sum = 0;
  for (let i = 0; i < a.vector.length; i++) sum += (a.vector[i] as number) * (b.vector[i] as number); // as many
  return Math.max(-1, Math.min(1, sum));
}
