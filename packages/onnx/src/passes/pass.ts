import type { GraphEditor } from '../graph/editor.js';

/** A rewriting that keeps what a graph computes, up to rounding. A new pass is one file here and one line in `registry.ts`. */
export interface Pass {
  readonly name: string;
  /** What it replaces by what, as an equation. */
  readonly law: string;
  /** @returns how many places it has rewritten */
  run(editor: GraphEditor): number;
}
