/**
 * False positive identification rate in a gallery of N people: 1 − (1 − FMR)^N, assuming independent comparisons. Exact also for
 * tiny rates.
 */
export function galleryFalsePositiveRate(fmr: number, people: number): number {
  checkRate(fmr, 'FMR');
  return fmr === 1 ? 1 : -Math.expm1(checkPeople(people) * Math.log1p(-fmr));
}

/** The inverse: the FMR of one comparison that gives a gallery of `people` the false positive rate `rate`. */
export function fmrForGallery(rate: number, people: number): number {
  checkRate(rate, 'rate');
  return rate === 1 ? 1 : -Math.expm1(Math.log1p(-rate) / checkPeople(people));
}

function checkRate(rate: number, name: string): void {
  if (!(rate >= 0 && rate <= 1)) throw new Error(`The ${name} is ${rate}; it must lie in 0 … 1.`);
}

function checkPeople(people: number): number {
  if (!Number.isSafeInteger(people) || people < 1)
    throw new Error(`A gallery cannot hold ${people} people. Give a whole number from 1.`);
  return people;
}
