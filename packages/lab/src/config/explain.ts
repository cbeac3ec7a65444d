import { nearestName } from '@pocketnet/files';
import { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, one sentence a problem, each with its path; unknown keys with the nearest known.
 * @param input what the schema was given: where an object may be of several kinds, its `kind` says which keys it could have
 */
export function explainIssues(schema: z.ZodType, error: z.ZodError, input?: unknown): string[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(schema, issue, input) : [other(issue)],
  );
}

function unknownKeys(schema: z.ZodType, issue: Issue & { code: 'unrecognized_keys' }, input: unknown): string[] {
  const known = issue.path.reduce((level: z.ZodType[], key) => level.flatMap((s) => children(s, key)), [schema]);
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key],
    input,
  );
  const names = [...new Set(ofOneKind(known.flatMap(unwrap), value).flatMap(keysOf))];
  return issue.keys.map((key) => {
    const near = nearestName(key, names);
    const hint = near ? `did you mean "${near}"?` : `known here are ${names.join(', ')}`;
    return `${pathText([...issue.path, key])}: unknown key; ${hint}`;
  });
}

/** Of the objects that a value could be, those whose `kind` it has; all where none has it. */
function ofOneKind(schemas: readonly z.core.$ZodType[], value: unknown): readonly z.core.$ZodType[] {
  const kind: unknown = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  const fitting = schemas.filter((schema) => {
    const own: unknown = schema instanceof z.ZodObject ? schema.shape.kind : undefined;
    return own instanceof z.ZodType && own.safeParse(kind).success;
  });
  return fitting.length > 0 ? fitting : schemas;
}

function other(issue: Issue): string {
  const path = pathText(issue.path);
  return path === '' ? issue.message : `${path}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

/** `data.val[0].folds` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** The objects that a schema stands for, its wrappers taken off; more than one for a union. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}

function children(schema: z.core.$ZodType, key: PropertyKey): z.ZodType[] {
  return unwrap(schema).flatMap((inner) => {
    if (inner instanceof z.ZodArray) return [inner.element as z.ZodType];
    const child: unknown = inner instanceof z.ZodObject ? inner.shape[String(key)] : undefined;
    return child instanceof z.ZodType ? [child] : [];
  });
}

function keysOf(schema: z.core.$ZodType): string[] {
  return unwrap(schema).flatMap((inner) => (inner instanceof z.ZodObject ? Object.keys(inner.shape) : []));
}
