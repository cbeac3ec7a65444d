/** One thing that the doctor looked at. */
export interface Finding {
  name: string;
  /** `missing` keeps something from working; `optional` is only useful to have. */
  state: 'ok' | 'missing' | 'optional';
  /** What it found. */
  text: string;
  /** What to do, where something is to be done. */
  remedy?: string;
}

/** A part of the examination: a file in this folder, listed in `index.ts`. */
export type Check = () => Promise<Finding[]>;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
