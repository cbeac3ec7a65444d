import { Registry } from '@pocketnet/data';
import { z } from 'zod';
import { adaDistill } from './adadistill.js';
import { arcFace } from './arcface.js';
import { cosFace } from './cosface.js';
import { elasticFace } from './elastic.js';
import type { Head } from './head.js';
import type { HeadKind } from './head-kind.js';
import type { HeadGroup } from './process-group.js';

/** Every head by the `head.kind` of a configuration: a new one is one file here and one line. */
export const heads = new Registry<HeadKind>('head', [arcFace, cosFace, elasticFace, adaDistill]);

/** The checked head section of a configuration: the kind, and the options that this kind describes. */
export type HeadConfig = { readonly kind: string } & { readonly [option: string]: unknown };

/** The schema of a configuration's head section: one of the registry's heads, by its kind. */
export function headSchema(): z.ZodType<HeadConfig, HeadConfig> {
  const kinds = Array.from(heads, ({ name, about, options }) =>
    z.strictObject({ kind: z.literal(name).describe(about), ...options }),
  );
  const [first, ...others] = kinds;
  if (!first) throw new Error('There are no heads.');
  return z.discriminatedUnion('kind', [first, ...others], {
    error: ({ code, input }) => {
      if (code !== 'invalid_union') return undefined;
      const kind = JSON.stringify((input as { kind?: unknown }).kind) ?? 'head without a kind';
      return `there is no ${kind}; there are ${heads.names.join(', ')}`;
    },
  });
}

/** @throws Error where there is no such head, or it needs a teacher that the run has not */
export function buildHead(
  config: HeadConfig,
  embedding: number,
  classes: number,
  { teacher = false, group }: { teacher?: boolean; group?: HeadGroup } = {},
): Head {
  const kind = heads.get(config.kind);
  if (!kind) throw new Error(`There is no head.kind ${config.kind}; there are ${heads.names.join(', ')}.`);
  if (kind.needsTeacher && !teacher)
    throw new Error(
      `head.kind ${kind.name} learns from a teacher's embeddings, and the configuration has none: ` +
        'add a teacher section, or choose a head that learns without one.',
    );
  return kind.make(config, { embedding, classes, ...(group && { group }) });
}
