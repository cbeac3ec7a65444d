import { grouped } from './report/words.js';

/** Something that a benchmark's data lack or hold in error, and that did not stop the measurement. */
export interface Problem {
  /** In a sentence's words, e.g. `pairs with a template that no face belongs to`. */
  readonly what: string;
  readonly count: number;
  /** The first few, by name. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** Counts problems of one sort as they are met, and keeps the names of the first few. */
export class ProblemCounter {
  #count = 0;
  readonly #examples: string[] = [];

  constructor(readonly what: string) {}

  /** @param name of the one met; only called for the first few */
  add(name: () => string): void {
    this.#count++;
    if (this.#examples.length < EXAMPLES) this.#examples.push(name());
  }

  /** The problem, or nothing where none was met: spread it into a list. */
  found(): Problem[] {
    return this.#count === 0 ? [] : [{ what: this.what, count: this.#count, examples: this.#examples }];
  }
}

/** A problem as reports tell it: `3 faces left out: a.jpg, b.jpg, c.jpg.` */
export const problemSentence = ({ what, count, examples }: Problem): string =>
  `${grouped(count)} ${what}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}.`;
