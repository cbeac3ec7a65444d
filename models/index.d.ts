export type ModelName = 'yunet' | 'pocketnet-s-128' | 'pocketnet-s-256';

/** The models that are here. */
export declare const names: readonly ModelName[];

/**
 * The plan of a model, by its name. In a page, take the single model's `load`, of `@pocketnet/models/NAME`, so that the bundler copies that alone.
 *
 * @throws an Error where there is none of that name
 */
export declare function load(name: ModelName): Promise<Uint8Array<ArrayBuffer>>;
