/** The little of the WebAssembly interface that is used; neither TypeScript's es2023 nor Node's types declare it. */
interface Engine {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { exports: unknown };
  Memory: new (size: { initial: number; maximum: number }) => Memory;
}

export interface Memory {
  readonly buffer: ArrayBuffer;
  /** @returns the former number of pages */
  grow(pages: number): number;
}

/** What runs WebAssembly here; `undefined` where nothing does. */
export const engine: Engine | undefined = (globalThis as { WebAssembly?: Engine }).WebAssembly;

export const PAGE = 65_536;
