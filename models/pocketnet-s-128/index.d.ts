/** The plan of PocketNetS-128 (templates of 128 numbers): read from the disk in Node, fetched elsewhere. Licence and measurements: card.md beside it. */
export declare function load(): Promise<Uint8Array<ArrayBuffer>>;
