import { ImageError } from '../images/index.js';

/** A photo that could not be used. */
export interface Problem {
  readonly file: string;
  /** One of ImageError's names, or `failed`. */
  readonly problem: string;
  readonly message: string;
}

/** What was wrong with a photo; work on the others goes on. @throws what is no fault of the photo */
export function problemOf(file: string, error: unknown): Problem {
  if (!(error instanceof ImageError)) throw error;
  return { file, problem: error.problem, message: error.message.replace(`${file}: `, '') };
}
