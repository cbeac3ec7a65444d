import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredTensors } from '@pocketnet/files';
import { readTensors, writeTensors } from '@pocketnet/files/node';
import { checkFixture, type FixtureResult, listFixtures, passes } from '@pocketnet/golden';
import { afterAll, describe, expect, test } from 'vitest';

const data = process.env.POCKETNET_DATA;
const golden = data === undefined ? '' : join(data, 'golden');
const there = existsSync(join(golden, 'index.json'));
const temporary: string[] = [];
afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

/** A description, as far as these tests change it. */
type Description = Record<string, unknown> & { runs?: Record<string, unknown>; config?: Record<string, unknown> };

interface Copy {
  folder: string;
  files: string[];
  editJson(edit: (description: Description) => void): void;
  editTensors(file: string, edit: (tensors: StoredTensors['tensors']) => void): void;
}

/** Checks a copy of one golden fixture after it was changed. */
function checkChanged(kind: string, change: (copy: Copy) => void): FixtureResult {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-golden-'));
  temporary.push(folder);
  const index = JSON.parse(readFileSync(join(golden, 'index.json'), 'utf8'));
  const entry = index.fixtures.find((fixture: { kind: string }) => fixture.kind === kind);
  for (const file of [entry.description, ...entry.files]) copyFileSync(join(golden, file), join(folder, file));
  change({
    folder,
    files: entry.files,
    editJson(edit) {
      const path = join(folder, entry.description);
      const description = JSON.parse(readFileSync(path, 'utf8'));
      edit(description);
      writeFileSync(path, JSON.stringify(description));
    },
    editTensors(file, edit) {
      const stored = readTensors(join(folder, file));
      const tensors = new Map(
        [...stored.tensors].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
      );
      edit(tensors);
      writeTensors(join(folder, file), { ...stored, tensors });
    },
  });
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ fixtures: [{ ...entry, tolerance: undefined }] }));
  const [fixture] = listFixtures(folder);
  if (!fixture) throw new Error('The index lists no fixture.');
  return checkFixture(fixture);
}

const failures = ({ checks, error }: FixtureResult): string[] => [
  ...checks.filter((check) => !passes(check)).map((check) => check.name),
  ...(error === undefined ? [] : [error]),
];

const floats = (tensors: StoredTensors['tensors'], name: string): Float32Array => {
  const data = tensors.get(name)?.data;
  if (!data) throw new Error(`There is no tensor ${name}.`);
  return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
};

/** Moves the images of a fixture into the folder's shared file. */
function shareImages({ folder, editTensors }: Copy, file: string, name: string): void {
  editTensors(file, (tensors) => {
    const images = tensors.get(name);
    if (!images) throw new Error(`There is no tensor ${name}.`);
    writeTensors(join(folder, 'images.safetensors'), { tensors: new Map([['images', images]]), metadata: {} });
    tensors.delete(name);
  });
}

describe.skipIf(!there)('a folder of the same layout with other contents (POCKETNET_DATA)', () => {
  const run = 'arc_lr_0.1';

  /** Leaves of the ArcFace run only what `runs.<run>_checksums` can say. */
  function onlyChecksums(copy: Copy): Record<string, number[]> {
    const checksums: Record<string, number[]> = {};
    const { tensors } = readTensors(join(golden, `trainstep.${run}.safetensors`));
    for (const [name, { dtype, data }] of tensors) {
      const values =
        dtype === 'int64' ? Array.from(new BigInt64Array(data.slice().buffer), Number) : floats(tensors, name);
      let [sum, squares] = [0, 0];
      for (const value of values) [sum, squares] = [sum + value, squares + value ** 2];
      checksums[name.replace('step2.', '')] = [sum, Math.sqrt(squares)];
    }
    copy.files.splice(copy.files.indexOf(`trainstep.${run}.safetensors`), 1);
    copy.editJson(({ runs }) => Object.assign(runs ?? {}, { [`${run}_checksums`]: checksums }));
    return checksums;
  }

  test('a training run may have checksums only, and share its images', () => {
    const result = checkChanged('trainstep', (copy) => {
      onlyChecksums(copy);
      shareImages(copy, 'trainstep.inputs.safetensors', 'images');
    });
    expect(failures(result)).toEqual([]);
    expect(result.checks.map((check) => check.name)).toContain(`${run}: checksums: backbone |Δ|/|update|`);
  });

  test('a training run may hold only some tensors', () => {
    const result = checkChanged('trainstep', ({ editTensors }) => {
      editTensors(`trainstep.${run}.safetensors`, (tensors) => {
        for (const name of tensors.keys()) if (!/stem|header/.test(name)) tensors.delete(name);
      });
    });
    expect(failures(result)).toEqual([]);
  });

  test('a wrong checksum is found', () => {
    const result = checkChanged('trainstep', (copy) => {
      const checksums = onlyChecksums(copy);
      const [sum = 0, norm = 0] = checksums['tail.6.weight'] ?? [];
      copy.editJson(({ runs }) => {
        Object.assign(runs ?? {}, { [`${run}_checksums`]: { ...checksums, 'tail.6.weight': [sum, norm + 0.01] } });
      });
    });
    expect(failures(result)).toEqual([`${run}: checksums: backbone |Δ|/|update|`]);
  });

  test('a network may share its images, lack the index of its weights, and spell out its genotype', () => {
    const result = checkChanged('network', (copy) => {
      shareImages(copy, 's128.safetensors', 'input');
      copy.editJson((description) => {
        delete description.state_dict_index;
        delete description.config?.genotype_key;
      });
    });
    expect(failures(result)).toEqual([]);
    expect(result.checks.map((check) => check.name)).toContain('eval_output');
  });

  test.each([
    ['arcface', 'arcface.safetensors', 'grad_embeddings', 'grad_embeddings'],
    ['verification', 'verification.safetensors', 'distance', 'distance'],
    ['trainstep', `trainstep.${run}.safetensors`, 'step2.tail.7.running_var', `${run}: step 2: running variances`],
  ])('one wrong number in a fixture of the kind %s is found', (kind, file, tensor, check) => {
    const result = checkChanged(kind, ({ editTensors }) => {
      editTensors(file, (tensors) => {
        const values = floats(tensors, tensor);
        values[3] = (values[3] ?? 0) * 1.01 + 0.01;
      });
    });
    expect(failures(result)).toEqual([check]);
  });

  test('one wrong number in the description is found', () => {
    const result = checkChanged('schedule', ({ editJson }) => {
      editJson((description) => {
        const rates = (description.search_cosine as { lr_at_epoch: number[] }).lr_at_epoch;
        rates[7] = (rates[7] ?? 0) + 1e-8;
      });
    });
    expect(failures(result)).toEqual(['search_cosine: rate at each epoch']);
  });
});
