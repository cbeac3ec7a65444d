/**
 * The chance that a stranger is taken for somebody in a gallery of `people`: 1 − (1 − FMR)^N, comparisons being independent.
 * Computed so that tiny rates keep their digits.
 */
export function galleryFalsePositiveRate(fmr: number, people: number): number {
  checkRate(fmr, 'FMR');
  return fmr === 1 ? 1 : -Math.expm1(checkPeople(people) * Math.log1p(-fmr));
}

/** The other way round: the FMR of one comparison at which a gallery of `people` mistakes a stranger at `rate`. */
export function fmrForGallery(rate: number, people: number): number {
  checkRate(rate, 'rate');
  return rate === 1 ? 1 : -Math.expm1(Math.log1p(-rate) / checkPeople(people));
}

function checkRate(rate: number, name: string): void {
  if (!(rate >= 0 && rate <= 1)) throw new Error(`The ${name} is ${rate}; it must lie in 0 … 1.`);
}

function checkPeople(people: number): number {
  if (!Number.isSafeInteger(people) || people < 1)
    throw new Error(`A gallery of ${people} people cannot be; give a whole number from 1.`);
  return people;
}
