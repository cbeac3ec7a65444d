import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { checkConfig, type LoadedConfig, mergeConfig, parseOverrides, readConfigFile } from '../config/index.js';
import { type LoadedSearch, loadSearch } from '../search/schema.js';

const run = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]+$/)
      .describe('Its folder within the study.'),
    config: z.string().min(1).optional().describe('An experiment, relative to this file;'),
    search: z
      .string()
      .min(1)
      .optional()
      .describe('or a search, whose genotype.json in that folder the arms then name.'),
    set: z.array(z.string()).default([]).describe('What differs from that file, such as seed=2.'),
  })
  .refine(({ config, search }) => (config === undefined) !== (search === undefined), 'names one of config and search');

/** A study: arms that differ in a few keys of one experiment, each trained with several seeds. */
export const studySchema = z.strictObject({
  name: z.string().min(1),
  config: z.string().min(1).describe('The experiment that all arms share, relative to this file.'),
  first: z
    .array(run)
    .default([])
    .describe('Runs that the arms need, such as a teacher; they lie in name within the folder that STUDY stands for.'),
  arms: z
    .record(z.string().regex(/^[\w.-]+$/), z.record(z.string(), z.unknown()))
    .refine((arms) => Object.keys(arms).length >= 2, 'a study compares two arms at least')
    .describe('What each arm changes in the experiment; the first is what the others are compared with.'),
  seeds: z.array(z.int().min(0)).min(1).describe('Every arm is trained once with each.'),
  groups: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe('Arms that stand for one thing, such as cells by chance: compared with the others as a whole.'),
  comparisons: z
    .array(
      z.strictObject({
        of: z.array(z.string()).min(1).describe('Groups that are compared, together (one family of questions),'),
        with: z.string().describe('with this one.'),
      }),
    )
    .default([])
    .describe('Which groups are held against which, with intervals.'),
});

export type Study = z.output<typeof studySchema>;

/** One training of a study. */
export interface Trial {
  /** Undefined for a run that the arms need. */
  arm?: string;
  seed?: number;
  /** Its place within the study's folder, such as `kd/seed-1`. */
  folder: string;
  experiment: LoadedConfig;
}

/** A search that arms need. */
export interface SearchTrial {
  folder: string;
  search: LoadedSearch;
}

/**
 * Reads a study and resolves every experiment in it.
 *
 * @param out the study's folder, which its configurations call `${STUDY}`
 * @param set `--set` overrides, laid over every arm (not over what comes first)
 * @returns the runs that come first, and the arms' trials, seed by seed, so that an unfinished study is still balanced
 * @throws an Error about any key of any of its files
 */
export function loadStudy(
  path: string,
  out: string,
  set: readonly string[] = [],
): { study: Study; first: Trial[]; searches: SearchTrial[]; trials: Trial[] } {
  const parsed = studySchema.safeParse(readConfigFile(path));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  const study = parsed.data;
  const env = { ...process.env, STUDY: resolve(out) };
  const near = (file: string): string => (isAbsolute(file) ? file : join(dirname(path), file));
  const first = study.first.flatMap(({ name, config, set: own }) =>
    config === undefined
      ? []
      : [{ folder: name, experiment: checkConfig(withSet(readConfigFile(near(config)), own), config, env) }],
  );
  const searches = study.first.flatMap(({ name, search, set: own }) =>
    search === undefined ? [] : [{ folder: name, search: loadSearch(near(search), { set: own, env }) }],
  );
  checkGroups(path, study);
  const shared = mergeConfig(readConfigFile(near(study.config)), parseOverrides(set));
  const trials = study.seeds.flatMap((seed) =>
    Object.entries(study.arms).map(([arm, changes]) => ({
      arm,
      seed,
      folder: `${arm}/seed-${seed}`,
      experiment: checkConfig(
        mergeConfig(mergeConfig(shared, changes), { name: `${arm}-${seed}`, seed }),
        `${path}, arm ${arm}`,
        env,
      ),
    })),
  );
  for (const { arm, experiment } of trials) {
    if (experiment.config.data.val.length === 0)
      throw new Error(
        `${path}, arm ${arm}: a study compares accuracies, and data.val names no pairs to measure them on.`,
      );
  }
  return { study, first, searches, trials };
}

const withSet = (raw: unknown, set: readonly string[]): unknown => mergeConfig(raw, parseOverrides(set));

/** @throws an Error that names an arm or a group that there is not */
function checkGroups(path: string, { arms, groups, comparisons }: Study): void {
  for (const [group, members] of Object.entries(groups))
    for (const arm of members)
      if (!(arm in arms)) throw new Error(`${path}: the group ${group} names the arm ${arm}, which there is not.`);
  for (const group of comparisons.flatMap(({ of: family, with: other }) => [...family, other]))
    if (!(group in groups)) throw new Error(`${path}: comparisons name the group ${group}, which there is not.`);
}
