import type { BrowserContext, Page } from 'playwright-core';

/** The built page's folder; built once. */
export function builtPage(): Promise<string>;

export interface Served {
  readonly address: string;
  /** Bytes of every answer, as they went over the line, by path. */
  readonly sent: Map<string, number>;
  close(): Promise<void>;
}

/** Serves a folder as static hosts do, below a path of the host, compressed. */
export function serveFolder(folder: string, below?: string): Promise<Served>;

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses outside of the page's own host that something asked for. */
  readonly strangers: string[];
  /** What went wrong in the page, by its own console. */
  readonly errors: string[];
  close(): Promise<void>;
}

export interface BrowserOptions {
  /** Where the browser's profile lies; a new one that is thrown away unless said. */
  readonly profile?: string;
  /** A video file (.y4m, .mjpeg) that the camera shows. */
  readonly camera?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly deviceScaleFactor?: number;
}

/** Opens Chromium and watches that it asks no other host. */
export function openBrowser(options?: BrowserOptions): Promise<OpenPage>;
