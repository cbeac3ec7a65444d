import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../..', import.meta.url));

/** The house: imports go down, never up or sideways. */
const floors: Readonly<Record<string, number>> = {
  files: 0,
  engine: 1,
  'engine-native': 1,
  torch: 1,
  data: 1,
  evaluate: 2,
  onnx: 2,
  face: 2,
  lab: 3,
  cli: 4,
};
/** The one step sideways: the addon is the same engine, compiled. */
const beside = new Set(['engine-native engine']);

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}

const read = (...path: string[]): string => readFileSync(join(packages, ...path), 'utf8');
const manifestOf = (name: string) => JSON.parse(read(name, 'package.json')) as Manifest;
const folders = readdirSync(packages, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const folderOf = new Map(folders.map((folder) => [manifestOf(folder).name, folder]));

const sources = (folder: string): string[] =>
  readdirSync(join(packages, folder, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|mjs|js)$/.test(name),
  );

/** Every module that a file imports or exports from: types, values, and what is loaded late. */
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\bimport\(\s*)['"]([^'"]+)['"]/gm)].map(
    ([, specifier = '']) => specifier,
  );

/** Which of our packages a specifier names: `@pocketnet/lab/runs` is lab. */
function packageOf(specifier: string): string | undefined {
  const parts = specifier.split('/');
  return folderOf.get(specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? ''));
}

describe('the house', () => {
  it('has a floor for every package', () => {
    expect(folders.filter((folder) => !(folder in floors))).toEqual([]);
  });

  it.each(folders)(
    '%s imports only from floors below, and names what it imports in package.json and tsconfig.json',
    (folder) => {
      const broken: string[] = [];
      const used = new Set<string>();
      for (const file of sources(folder)) {
        for (const specifier of importsOf(read(folder, 'src', file))) {
          const other = packageOf(specifier);
          if (specifier.startsWith('.') && !join('src', file, '..', specifier).startsWith('src'))
            broken.push(`${file} reaches out of its package: ${specifier}`);
          if (other === undefined || other === folder) continue;
          used.add(other);
          const isBelow = (floors[other] ?? Infinity) < (floors[folder] ?? 0);
          if (!isBelow && !beside.has(`${folder} ${other}`))
            broken.push(`${file} imports ${specifier}, which is not below`);
        }
      }
      expect(broken).toEqual([]);
      const dependencies = Object.keys(manifestOf(folder).dependencies ?? {}).flatMap(
        (name) => folderOf.get(name) ?? [],
      );
      const references = [...read(folder, 'tsconfig.json').matchAll(/"\.\.\/([\w-]+)"/g)].map(([, name]) => name);
      expect(dependencies.sort(), 'package.json').toEqual([...used].sort());
      expect(references.sort(), 'tsconfig.json').toEqual([...used].sort());
    },
  );

  it('has a ground floor that stands alone, and loads nothing of Node where it needs no disk', () => {
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const specifier of importsOf(read('files', 'src', file))) {
        expect(specifier, file).toMatch(/^\.\.?\//);
        walk(join(file, '..', specifier).replace(/\.js$/, '.ts'));
      }
    };
    walk('index.ts');
    expect(reached.size).toBeGreaterThan(10);
  });
});
