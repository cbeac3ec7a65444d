import type { ExactScores } from '../levels.js';

/** The distractors that score highest with one probe, best first; of equal ones the earlier. */
export interface NearestDistractors {
  /** Places in the order in which distractors were added. */
  readonly index: readonly number[];
  readonly score: readonly number[];
}

/** Keeps the few best distractors of one probe. */
export class Nearest implements NearestDistractors {
  readonly index: number[] = [];
  readonly score: number[] = [];

  constructor(readonly size: number) {}

  /** Scores below it are not among the best any more. */
  get floor(): number {
    return this.size === 0 ? Infinity : (this.score[this.size - 1] ?? -Infinity);
  }

  /** Takes distractor `before + row`, whose score is known up to `error`. */
  offer(score: number, error: number, probe: number, row: number, before: number, scores: ExactScores): void {
    if (!(score + error > this.floor)) return;
    const exact = scores.exact(probe, row);
    let at = this.score.length;
    while (at > 0 && (this.score[at - 1] as number) < exact) at--; // inside by the condition
    this.score.splice(at, 0, exact);
    this.index.splice(at, 0, before + row);
    if (this.score.length <= this.size) return;
    this.score.pop();
    this.index.pop();
  }
}
