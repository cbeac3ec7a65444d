/** Why a picture can't be used, by name. */
export type ImageProblem =
  | 'not-an-image'
  | 'unsupported'
  | 'truncated'
  | 'damaged'
  | 'empty'
  | 'too-large'
  | 'unreadable';

/** A picture that can't be used: a sentence that says why, and what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly problem: ImageProblem;

  constructor(problem: ImageProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
