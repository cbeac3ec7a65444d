import { PUBLISHED_TABLE } from './published-table.js';

/** Benchmarks that published tables share. IJB is TAR at FAR 1e-4, MegaFace TAR at FAR 1e-6, the others accuracy; all in percent. */
export const PUBLISHED_BENCHMARKS = [
  'lfw',
  'calfw',
  'cplfw',
  'cfp_fp',
  'agedb_30',
  'ijbb',
  'ijbc',
  'megaface',
  'megaface_r',
] as const;
export type PublishedBenchmark = (typeof PUBLISHED_BENCHMARKS)[number];

/** A compact network as its authors, or those who compared with it, published it. */
export interface PublishedModel {
  readonly name: string;
  /** Millions. */
  readonly parameters: number;
  /** Millions, as published: mostly multiply-adds. Null where none are. */
  readonly mflops: number | null;
  /** How these FLOPs were counted, where it is known. */
  readonly counted: 'multiply-adds' | 'as published';
  /** `-` where no source says. */
  readonly trainedOn: string;
  /** Percent; absent where not published. */
  readonly results: Readonly<Partial<Record<PublishedBenchmark, number>>>;
  readonly source: string;
}

/** The compact networks of the literature, in the order of their parameters. */
export const PUBLISHED: readonly PublishedModel[] = PUBLISHED_TABLE.trim()
  .split('\n')
  .slice(1)
  .map(parseRow)
  .sort((a, b) => a.parameters - b.parameters);

function parseRow(line: string): PublishedModel {
  const cells = line.split('|').map((cell) => cell.trim());
  const [name = '', parameters = '', mflops = '', trainedOn = '', ...rest] = cells;
  const source = rest.at(-1) ?? '';
  if (rest.length !== PUBLISHED_BENCHMARKS.length + 1)
    throw new Error(`The published row of ${name} has ${cells.length} cells.`);
  const results = PUBLISHED_BENCHMARKS.flatMap((benchmark, i) =>
    rest[i] === '-' ? [] : [[benchmark, Number(rest[i])] as const],
  );
  return {
    name,
    parameters: Number(parameters),
    mflops: mflops === '-' ? null : Number(mflops.replace('M', '')),
    counted: mflops.endsWith('M') ? 'multiply-adds' : 'as published',
    trainedOn,
    results: Object.fromEntries(results),
    source,
  };
}
