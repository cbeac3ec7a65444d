/** Serves a folder as a plain web server does. */
export declare function serveFolder(folder: string): Promise<{ address: string; close(): void }>;

/** What the page of examples/verify-in-a-page says of two photos, in Chromium. */
export declare function verdictInPage(address: string, first: string, second: string): Promise<string>;
