import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../packages', import.meta.url));
/** Below `packages`, as all places here are. */
const APPS = '../apps';

/** What each package may import: lower floors, and of those not all. `onnx` and `face` take the engine's addon where it is installed. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  files: [],
  engine: ['files'],
  'engine-native': ['files', 'engine'],
  torch: ['files'],
  data: ['files'],
  evaluate: ['files', 'engine'],
  onnx: ['files', 'engine', 'engine-native'],
  face: ['files', 'engine', 'engine-native'],
  lab: ['files', 'engine', 'engine-native', 'torch', 'data', 'evaluate', 'onnx', 'face'],
  cli: ['files', 'engine', 'engine-native', 'torch', 'data', 'evaluate', 'onnx', 'face', 'lab'],
};

/** Apps are thin: what recognises faces lies in one package. */
const belowApps = ['face'];

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** What the other folders of `lab/src` stand on, floor by floor. */
const foldersOfLab = [['blocks'], ['search-space'], ['networks']];

interface Import {
  /** Below `packages`. */
  file: string;
  what: string;
}

function importsIn(folder: string): Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(m?[jt]s|tsx)$/.test(name))
    .map((name) => join(folder, name))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g), ([, what = '']) => ({ file, what }));
    });
}

/** The folder of `packages` that a package's name or a subpath of it leads to. */
const packageOf = ({ what }: Import): string | undefined =>
  /^pocketnet(\/|$)/.test(what) ? 'face' : /^@pocketnet\/([^/]+)/.exec(what)?.[1];

/** The folder of `lab/src` that a relative import leads to. */
const folderOfLab = ({ file, what }: Import): string | undefined =>
  what.startsWith('.') ? /^lab\/src\/([^/]+)\//.exec(normalize(join(file, '..', what)))?.[1] : undefined;

/** Imports that lead to another place than those below. */
const climbing = (
  imports: readonly Import[],
  below: readonly string[],
  placeOf: (each: Import) => string | undefined,
) =>
  imports.flatMap((each) => {
    const place = placeOf(each);
    return place === undefined || below.includes(place) ? [] : [`${each.file} imports ${each.what}`];
  });

/** Whether a relative import leads out of a folder. */
const escapes = (folder: string, { file, what }: Import): boolean =>
  what.startsWith('.') && !normalize(join(file, '..', what)).startsWith(folder);

describe('Imports go down', () => {
  for (const [name, below] of Object.entries(mayImport))
    it(`from packages/${name}`, () => {
      expect(climbing(importsIn(`${name}/src`), below, packageOf)).toEqual([]);
    });

  it.each(readdirSync(join(root, APPS)))('from apps/%s', (name) => {
    const imports = importsIn(join(APPS, name, 'src'));
    expect(imports.length).toBeGreaterThan(10);
    expect(climbing(imports, belowApps, packageOf)).toEqual([]);
    expect(imports.filter((each) => escapes(join(APPS, name, 'src'), each))).toEqual([]);
  });

  for (const [floor, siblings] of foldersOfLab.entries())
    for (const name of siblings)
      it(`from packages/lab/src/${name}`, () => {
        const below = [name, ...foldersOfLab.slice(0, floor).flat()];
        expect(climbing(importsIn(`lab/src/${name}`), below, folderOfLab)).toEqual([]);
      });

  const all = [...readdirSync(root), ...readdirSync(join(root, APPS)).map((name) => join(APPS, name))];
  it.each(all)('and packages/%s names what it imports in package.json and in tsconfig.json', (name) => {
    const imported = new Set(
      importsIn(`${name}/src`)
        .map(packageOf)
        .filter((each) => each !== undefined && each !== name),
    );
    const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as Manifest;
    const named = Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    })
      .map((what) => packageOf({ file: name, what }))
      .filter((each) => each !== undefined && each !== 'models'); // data, looked for at run time
    const config = readFileSync(join(root, name, 'tsconfig.json'), 'utf8');
    const references = Array.from(config.matchAll(/"path": "(?:\.\.\/)+(?:packages\/)?([\w-]+)"/g), ([, each]) => each);
    const sorted = (all: Iterable<unknown>) => [...all].sort();
    expect(sorted(named), 'package.json').toEqual(sorted(imported));
    expect(sorted(references), 'tsconfig.json').toEqual(sorted(imported));
  });

  it('and what of packages/files needs no disk imports nothing of Node', () => {
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { file: from, what } of importsIn('files/src').filter((each) => each.file === file)) {
        expect(what, from).toMatch(/^\.\.?\//);
        walk(normalize(join(from, '..', what)).replace(/\.js$/, '.ts'));
      }
    };
    walk('files/src/index.ts');
    expect(reached.size).toBeGreaterThan(10);
  });

  it('and every package has a floor', () => {
    expect(Object.keys(mayImport).sort()).toEqual(readdirSync(root).sort());
  });
});
