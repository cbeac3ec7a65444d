/** The plan of YuNet (a face detector): read from the disk in Node, fetched elsewhere. Licence and measurements: card.md beside it. */
export declare function load(): Promise<Uint8Array<ArrayBuffer>>;
