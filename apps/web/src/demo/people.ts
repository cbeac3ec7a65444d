import drawn from './people.json';

/** Somebody who does not exist: drawn from seeds, several times. */
export interface DrawnPerson {
  readonly name: string;
  readonly pictures: readonly string[];
}

/** People to try the page with. Strangers among them score below "unsure" for every network in `models/`: a test holds that. */
export const drawnPeople: readonly DrawnPerson[] = drawn.map(({ name, identity, samples }) => ({
  name,
  pictures: samples.map((sample) => new URL(`people/${identity}-${sample}.webp`, document.baseURI).href),
}));
