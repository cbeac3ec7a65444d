import type { z } from 'zod';
import type { Embedder } from '../../embedders/embedder.js';

/** What a teacher's embeddings depend on beside the bytes of its own file. */
export interface BesideFile {
  /** Files that it cannot do without. */
  files: readonly string[];
  /** Options that make other embeddings, as text; none where they are the usual ones. */
  options: readonly string[];
}

/** A kind of teacher: a sibling in this folder, listed in `registry.ts`. The configuration's schema is made of what these say of themselves. */
export interface TeacherKind<Options = unknown> {
  /** For messages: `ONNX (.onnx)`. */
  readonly name: string;
  /** Its own keys of an element of `teacher.models`, each described; none that a sibling has. */
  readonly options: z.ZodRawShape;
  /** Whether a file is of this kind, by its first bytes. */
  matches(path: string): boolean;
  /**
   * @param exact in full precision, whatever the options say: for embeddings that are kept
   * @throws Error that names the file and what is wrong with it
   */
  open(path: string, options: Options, device: string, exact: boolean): Promise<Embedder>;
  /** Tells caches of its embeddings apart where the file alone does not. */
  beside?(path: string, options: Options): Promise<BesideFile>;
}

/** Checks nothing and returns its argument: gives a sibling the types of its own options. */
export function defineTeacher<Shape extends z.ZodRawShape>(
  kind: TeacherKind<z.output<z.ZodObject<Shape>>> & { readonly options: Shape },
): TeacherKind {
  return kind as TeacherKind; // the options have passed the schema that is made of its own
}
