import { pathText } from './explain.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Replaces `${NAME}` in every text of a value by the environment's; tells which are unset, and where. */
export function expandVariables<T>(value: T, env: Environment): { value: T; problems: string[] } {
  const problems: string[] = [];
  const expand = (part: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof part === 'string') return expandText(part, path);
    if (Array.isArray(part)) return part.map((inner, index) => expand(inner, [...path, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, expand(inner, [...path, key])]));
  };
  const expandText = (text: string, path: readonly PropertyKey[]): string =>
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      const found = env[name];
      if (found) return found;
      problems.push(
        `${pathText(path)}: "${text}" needs the environment variable ${name}, which is not set. Put ${name}=FOLDER before the command, or give this key another value (--set)`,
      );
      return whole;
    });
  // The same structure with other texts, hence the same type.
  return { value: expand(value, []) as T, problems };
}
