/** The result of one check. */
export interface Finding {
  name: string;
  /** `missing` keeps something from working; `optional` is only useful to have. */
  state: 'ok' | 'missing' | 'optional';
  /** What was found. */
  text: string;
  /** What to do about it, if anything. */
  remedy?: string;
}

/** A part of the examination: a file in this folder, listed in `index.ts`. */
export type Check = () => Promise<Finding[]>;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
