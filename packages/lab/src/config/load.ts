import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { namingFile, writeFileAtomic } from '@pocketnet/files/node';
import { parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { expandVariables } from './environment.js';
import { explainIssues } from './explain.js';
import { isMapping, type Mapping, mergeConfig } from './merge.js';
import { parseOverrides } from './overrides.js';
import { type ExperimentConfig, experimentSchema } from './schema.js';

export interface LoadOptions {
  /** `a.b=c` each, values as YAML; laid over the file after its `extends`. */
  set?: readonly string[];
  /** For `${NAME}` in texts; by default the process's. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** An experiment in two forms: to run, and to keep. */
export interface LoadedConfig {
  /** With `${NAME}` expanded: what the program uses. */
  config: ExperimentConfig;
  /** Resolved too, but with `${NAME}` left as written: what a run's folder keeps, free of one machine's paths. */
  portable: ExperimentConfig;
}

/**
 * Reads an experiment: the YAML file, those it `extends` (paths relative to the file), `--set` overrides; checked by
 * the schema, with all defaults filled in.
 *
 * @throws Error that lists every problem with its path: unknown keys, wrong values, cycles, unset variables
 */
export function loadConfig(path: string, { set = [], env = process.env }: LoadOptions = {}): LoadedConfig {
  return checkConfig(mergeConfig(readWithBases(path, []), parseOverrides(set)), path, env);
}

/** Checks an experiment that is already an object, as `loadConfig` does; `origin` names it in errors. */
export function checkConfig(
  raw: unknown,
  origin: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): LoadedConfig {
  return checkAgainst(experimentSchema(), raw, origin, env);
}

/** Checks a configuration of another kind than an experiment, in the same two forms and with the same errors. */
export function checkAgainst<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
  origin: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { config: z.output<Schema>; portable: z.output<Schema> } {
  const result = schema.safeParse(raw);
  if (!result.success) throw configError(origin, explainIssues(schema, result.error, raw));
  const { value, problems } = expandVariables(result.data, env);
  if (problems.length > 0) throw configError(origin, problems);
  return { config: value, portable: result.data };
}

/** Writes a resolved configuration as YAML, atomically; what loads its kind reads the same back. */
export function saveConfig(path: string, portable: object): void {
  writeFileAtomic(path, stringify(portable, { lineWidth: 0 }));
}

/** A YAML file with those that it `extends`, merged, not yet checked. */
export const readConfigFile = (path: string): Mapping => readWithBases(path, []);

function readWithBases(path: string, chain: readonly string[]): Mapping {
  const file = resolve(path);
  if (chain.includes(file)) throw new Error(`${path}: "extends" goes in a circle: ${[...chain, file].join(' -> ')}`);
  const { extends: base, ...own } = readMapping(path);
  if (base === undefined) return own;
  if (typeof base !== 'string') throw new Error(`${path}: "extends" is not the path of one file`);
  const basePath = isAbsolute(base) ? base : resolve(dirname(file), base);
  // Both are mappings, and so is what they merge to.
  return mergeConfig(readWithBases(basePath, [...chain, file]), own) as Mapping;
}

function readMapping(path: string): Mapping {
  const text = namingFile(path, 'the configuration cannot be read', () => readFileSync(path, 'utf8'));
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem) throw new Error(`${path}: is not YAML: ${problem.message}`);
  const value: unknown = document.toJS();
  if (!isMapping(value)) throw new Error(`${path}: is not a mapping of keys to values`);
  return value;
}

function configError(origin: string, problems: readonly string[]): Error {
  const list = problems.map((problem) => `\n  ${problem}`).join('');
  return new Error(`${origin}: the configuration has ${problems.length === 1 ? 'a problem' : 'problems'}:${list}`);
}
