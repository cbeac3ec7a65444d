import { Registry } from '@pocketnet/data';
import { z } from 'zod';
import { onnxTeacher } from './onnx.js';
import type { TeacherKind } from './teacher-kind.js';
import { weightsTeacher } from './weights.js';

/** Every kind of teacher; the first that a file is of opens it. A new one is one file here and one line. */
export const teachers = new Registry<TeacherKind>('kind of teacher', [onnxTeacher, weightsTeacher]);

/** A teacher as a configuration names it, with the options of its kind. */
export interface TeacherModel {
  path: string;
  channels: 'rgb' | 'bgr';
  /** Of its cosines among those of several teachers; 1 unless said. */
  weight?: number | undefined;
  readonly [option: string]: unknown;
}

/** The schema of one element of `teacher.models`: its path alone, or a mapping with the options of all kinds. */
export function teacherModelSchema() {
  const own: z.ZodRawShape = Object.assign({}, ...Array.from(teachers, ({ options }) => options));
  const model = z.strictObject({
    path: z
      .string()
      .min(1)
      .describe('An .onnx file, weights, or the folder of a run that kept the weights of its epochs (keepEpochs).'),
    channels: z.enum(['rgb', 'bgr']).default('rgb').describe('Channel order that it was trained with.'),
    weight: z
      .number()
      .positive()
      .exactOptional()
      .describe('Of its cosines among those of several teachers, 1 unless said.'),
    ...own,
  }) as z.ZodType<TeacherModel>;
  return z.preprocess((value) => (typeof value === 'string' ? { path: value } : value), model);
}

/** The kind of a teacher's file. @throws Error that lists the kinds there are */
export function teacherKindOf(path: string): TeacherKind {
  const kind = [...teachers].find((each) => each.matches(path));
  if (!kind) throw new Error(`${path} is no model. Teachers are ${teachers.names.join(', and ')}.`);
  return kind;
}
