/** The plan of PocketNetS-256 (templates of 256 numbers): read from the disk in Node, fetched elsewhere. Licence and measurements: card.md beside it. */
export declare function load(): Promise<Uint8Array<ArrayBuffer>>;
