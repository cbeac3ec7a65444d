import type { OpenPage, Served } from '../../tools/page.mjs';

/** What a group of tests finds when it runs: the page, served and open. */
export interface At {
  readonly browser: OpenPage;
  readonly served: Served;
  /** Opens a part of the page anew, with nobody known and nothing chosen. */
  fresh(view: string): Promise<void>;
}

/** A group of tests of the page; `at` answers once they run. */
export type Flow = (at: () => At) => void;
