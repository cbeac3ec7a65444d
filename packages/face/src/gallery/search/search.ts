/** Finds the nearest of many vectors of unit length, exactly. Adding and removing needs no building anew. The engine's searches are such. */
export interface VectorSearch {
  readonly dimension: number;
  /** Vectors held. */
  readonly size: number;
  /** @returns the vector's row, its own until it is removed */
  add(vector: Float32Array): number;
  /** Overwrites a row with zeros; another vector may take it. */
  remove(row: number): void;
  /** A copy of a row's vector. */
  vector(row: number): Float32Array | undefined;
  /** The `count` largest inner products with the query, the largest first. */
  topK(query: Float32Array, count: number): readonly { readonly row: number; readonly score: number }[];
  close(): void;
}

/** Opens an empty search. */
export type OpenSearch = (dimension: number) => Promise<VectorSearch>;
