/** A network of `models/` by the name of its folder, and where it lies. */
export interface Released {
  readonly name: string;
  readonly address: string;
}

const found = import.meta.glob<string>('../../../../models/*/*.pnet', {
  query: '?url',
  import: 'default',
  eager: true,
});

const files = Object.entries(found).map(([path, address]): Released => {
  const name =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.pnet$/, '') ?? path;
  return { name, address: new URL(address, document.baseURI).href };
});

const DETECTOR = 'yunet';
/** The first is the one that the page opens; the smallest of its kind where there are several. */
const FIRST = ['pocketnet-s-128-int8', 'pocketnet-s-128'];

const rank = ({ name }: Released): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/** Every face network in `models/`. */
export const networks: readonly Released[] = files
  .filter(({ name }) => !name.startsWith(DETECTOR))
  .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));

/** Where the detector lies. */
export const detectorAddress: string = files.find(({ name }) => name === DETECTOR)?.address ?? '';
