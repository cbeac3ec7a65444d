import { type AlphaValues, deriveGenotype, writeGenotype } from '@pocketnet/lab';
import type { Findings } from '../check.js';
import type { Fixture } from '../fixture.js';
import type { Json } from '../json.js';

/** Architecture parameters, and the text of the genotype that the released rule derives from them. */
export function genotype(fixture: Fixture, findings: Findings): void {
  const { description } = fixture;
  const edges = description.find('k')?.number() ?? 2;
  const derived = (of: Json): string =>
    writeGenotype(
      deriveGenotype({ normal: alpha(of.get('alpha_normal')), reduce: alpha(of.get('alpha_reduce')) }, { edges }),
    );
  const cases = description.find('cases')?.items() ?? [];
  findings.same(
    'genotypes of given α',
    cases.map(derived),
    cases.map((one) => one.get('genotype').text()),
  );
  const log = description.find('published_log');
  if (log) findings.same('genotype of the published log', [derived(log)], [log.get('genotype').text()]);
}

const alpha = (cell: Json): AlphaValues => cell.items().map((node) => node.items().map((edge) => edge.numbers()));
