import type { Page } from 'playwright-core';

export interface Served {
  readonly type: string;
  readonly body: string | Uint8Array;
}

export function findChromium(): string | undefined;
export function bundled(entry: string): Promise<string>;
export function openPage(files: Readonly<Record<string, Served>>): Promise<{ page: Page; close: () => Promise<void> }>;
