/** A file that is not what it should be: truncated, corrupted, foreign or refused. The message names the file first. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`${file}: ${problem}`);
  }
}
