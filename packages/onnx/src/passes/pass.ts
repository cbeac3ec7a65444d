import type { GraphEditor } from '../graph/editor.js';

/** A rewriting that leaves what a graph computes as it is, up to rounding. A new one is a file here and a line in `registry.ts`. */
export interface Pass {
  readonly name: string;
  /** What it replaces by what, as an equation. */
  readonly law: string;
  /** @returns how many places it has rewritten */
  run(editor: GraphEditor): number;
}
