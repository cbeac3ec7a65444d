import { z } from 'zod';
import { checkAgainst, readConfigFile } from '../config/index.js';
import { aboutSchema } from './card.js';

/** What a release is made of, but for the weights: a YAML file that a run's weights are released by. */
export const descriptionSchema = z
  .strictObject({
    about: aboutSchema,
    sets: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          pairs: z.string().min(1).describe('An InsightFace .bin file of image pairs.'),
          folds: z.int().min(2).default(10),
          role: z.string().min(1).describe('What the set is to this network: chosen by, or measured only.'),
        }),
      )
      .min(1)
      .describe('Verification sets that every file of the release is measured on.'),
    calibration: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Labelled faces for the thresholds: people who were not trained on.'),
    conditions: z
      .strictObject({
        pairs: z.string().min(1).describe('An InsightFace .bin file of pairs of people who were not trained on.'),
        folds: z.int().min(2).default(10),
      })
      .nullable()
      .default(null)
      .describe(
        'Pairs whose second pictures are made small, dark, turned and the like, for the rows on hard conditions.',
      ),
    groups: z
      .strictObject({
        faces: z
          .string()
          .min(1)
          .describe('Faces of strangers who were not trained on, one image a person or nearly so.'),
        naming: z.string().min(1).describe("By which groups are told from the images' names, such as utkface."),
      })
      .nullable()
      .default(null)
      .describe('How often strangers of one group match at the threshold of all.'),
    optimize: z.string().min(1).default('auto').describe('How the float ONNX is rewritten: auto, or a recipe.'),
    plan: z
      .strictObject({
        faces: z.string().min(1).describe('Faces by whose values the integers are chosen; not those of the sets.'),
        crops: z.int().min(8).default(256),
      })
      .nullable()
      .default(null)
      .describe('The plan in weights of eight bits; as float16 unless said.'),
    int8: z
      .strictObject({
        faces: z.string().min(1).describe('Faces to calibrate the integers with; not those of the sets.'),
        images: z.int().min(8).default(256),
        observer: z.string().default('mse'),
        inFloat: z.int().min(0).default(0).describe('How many of the most sensitive nodes are computed in float.'),
      })
      .nullable()
      .default(null)
      .describe('A file that is computed in eight bits; none unless said.'),
  })
  .refine(({ groups, calibration }) => groups === null || calibration !== null, {
    path: ['groups'],
    message: 'are compared at the threshold that "calibration" finds: name faces for it, too',
  });

export type ReleaseDescription = z.output<typeof descriptionSchema>;

/** @throws an Error that lists every problem of the file with its path */
export function loadDescription(path: string): ReleaseDescription {
  return checkAgainst(descriptionSchema, readConfigFile(path), path).config;
}
