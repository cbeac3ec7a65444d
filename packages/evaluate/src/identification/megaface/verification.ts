import { lowerBound } from '../../bounds.js';
import { allowedFalseAccepts } from '../../scores/exact-point.js';

/** Verification of MegaFace: the genuine pairs in descending order of score, with the impostors before each. */
export interface MegaFaceVerification {
  readonly genuine: number;
  readonly impostors: number;
  /** Descending. */
  readonly score: Float64Array;
  /** Ascending: impostor pairs accepted before this genuine one is. */
  readonly falseAccepts: Float64Array;
  /** Above it, false accepts are only known to be more. */
  readonly mostFalseAccepts: number;
}

/** A point of the ROC. */
export interface TprPoint {
  readonly fprTarget: number;
  /** Share of genuine pairs accepted with no more false accepts than the target allows; exact. */
  readonly tpr: number;
  /** The false accepts that the target allows: ⌊target · impostors⌋. */
  readonly falseAccepts: number;
  /** The lowest genuine score that is accepted; +Infinity of none. */
  readonly threshold: number;
  /** False when the target allows not one false accept: too few impostor pairs to tell. */
  readonly resolved: boolean;
}

/**
 * TPR at a target FPR: the devkit's tpr[k], k = ⌊target · impostors⌋, e.g. k = 100 of 10⁸ impostor pairs at 10⁻⁶.
 * @throws an Error if `mostFalseAccepts` stopped the count before that
 */
export function tprAtFpr(verification: MegaFaceVerification, fprTarget: number): TprPoint {
  const { genuine, impostors, score, falseAccepts, mostFalseAccepts } = verification;
  const allowed = allowedFalseAccepts(impostors, fprTarget);
  if (allowed > mostFalseAccepts)
    throw new Error(
      `An FPR of ${fprTarget} is ${allowed} false accepts, but only ${mostFalseAccepts} were counted. Raise mostFalseAccepts.`,
    );
  const accepted = lowerBound(falseAccepts, allowed + 0.5);
  return {
    fprTarget,
    tpr: accepted / genuine,
    falseAccepts: allowed,
    threshold: accepted === 0 ? Infinity : (score[accepted - 1] as number), // inside, being above 0
    resolved: allowed >= 1,
  };
}
