export type BrowserName = 'chromium' | 'firefox';
export function findBrowser(name: BrowserName): string | undefined;
export function runInBrowser(
  name: BrowserName,
  imports: Readonly<Record<string, string>>,
  files: Readonly<Record<string, Uint8Array | string>>,
  module: string,
  seconds?: number,
): Promise<unknown>;
export function serve(
  imports: Readonly<Record<string, string>>,
  files: Readonly<Record<string, Uint8Array | string>>,
  page: string,
  answered?: (text: string) => void,
): Promise<{ address: string; close(): void }>;
