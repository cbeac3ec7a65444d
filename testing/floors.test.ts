import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../packages', import.meta.url));

/** A package imports only from the floors below its own. */
const packages = [
  ['files'],
  ['engine'],
  ['engine-native', 'torch', 'data'],
  ['evaluate', 'onnx', 'face'],
  ['lab'],
  ['cli'],
];

/** What the other folders of `lab/src` stand on, floor by floor. */
const foldersOfLab = [['blocks'], ['search-space'], ['networks']];

interface Import {
  /** Below `packages`. */
  file: string;
  what: string;
}

function importsIn(folder: string): Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name))
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

describe('Imports go down', () => {
  for (const [floor, siblings] of packages.entries())
    for (const name of siblings.filter((each) => existsSync(join(root, each))))
      it(`from packages/${name}`, () => {
        expect(climbing(importsIn(`${name}/src`), packages.slice(0, floor).flat(), packageOf)).toEqual([]);
      });

  for (const [floor, siblings] of foldersOfLab.entries())
    for (const name of siblings)
      it(`from packages/lab/src/${name}`, () => {
        const below = [name, ...foldersOfLab.slice(0, floor).flat()];
        expect(climbing(importsIn(`lab/src/${name}`), below, folderOfLab)).toEqual([]);
      });

  it('and every package has a floor', () => {
    expect(packages.flat()).toEqual(expect.arrayContaining(readdirSync(root)));
  });
});
