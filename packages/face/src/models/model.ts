/** A compiled network: the bytes of a `.pnet` file, or a promise of them. */
export type ModelBytes = Uint8Array | ArrayBuffer;

export const bytesOf = (model: ModelBytes): Uint8Array => (model instanceof Uint8Array ? model : new Uint8Array(model));

export const isBytes = (value: unknown): value is ModelBytes =>
  value instanceof Uint8Array || value instanceof ArrayBuffer;
