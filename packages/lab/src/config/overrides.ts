import { parseDocument } from 'yaml';
import { type Mapping, mergeConfig } from './merge.js';

/**
 * Turns `--set a.b=c` texts into one mapping to lay over a configuration; later ones win. Values are YAML, so that
 * `0.1`, `true`, `[8, 14]` and `{kind: cosine}` mean what they mean in a file.
 */
export function parseOverrides(texts: readonly string[]): Mapping {
  // Mappings merge to a mapping.
  return texts.reduce<Mapping>((all, text) => mergeConfig(all, parseOverride(text)) as Mapping, {});
}

function parseOverride(text: string): Mapping {
  const equals = text.indexOf('=');
  const keys = text.slice(0, equals).split('.');
  if (equals < 1 || keys.some((key) => key.trim() !== key || key === '')) {
    throw new Error(`--set ${text}: is not of the form key=value or key.inner=value`);
  }
  const document = parseDocument(text.slice(equals + 1));
  const [problem] = document.errors;
  if (problem) throw new Error(`--set ${text}: the value is not YAML: ${problem.message}`);
  const value: unknown = document.toJS();
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Mapping;
}
