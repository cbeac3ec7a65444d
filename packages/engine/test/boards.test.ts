import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPlan } from '@pocketnet/engine';
import { type BoardFolder, boardFolder } from '@pocketnet/engine/board';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDriver, buildFolder, measure, undefinedSymbols, writeFolder } from './board/build.js';
import { openByDriver } from './board/driver.js';
import { CHOSEN, lacking } from './board/processors.js';
import { engineContract } from './contract.js';
import { sumsOracle, sumsPlan } from './plans.js';

const place = mkdtempSync(join(tmpdir(), 'pocketnet-boards-'));
afterAll(() => rmSync(place, { recursive: true }));

/** Released networks. Integers are the same to the bit on every processor; floats nearly so. */
const NETWORKS = [{ name: 'PocketNetS-128', file: 'pocketnet-s-128/pocketnet-s-128.pnet' }];

/** Constants, memory functions, and what compilers bring along, such as divisions of 64 bits. */
const MAY_NEED = /^(pocketnet_(floats|halves|bytes|loaded)|mem(set|cpy|move)|__.*|_GLOBAL_OFFSET_TABLE_)$/;

const rows: Record<string, string | number>[] = [];
afterAll(() => {
  if (process.env.POCKETNET_BOARDS && rows.length > 0) console.table(rows);
});

describe.each(NETWORKS)('$name as C', ({ name, file }) => {
  let tolerance: number;
  const bytes = readFileSync(fileURLToPath(new URL(`../../../models/${file}`, import.meta.url)));
  const rgb = Uint8Array.from(
    { length: 3 * 112 * 112 },
    (_, i) => 128 + 90 * Math.sin(i / 900 + (i % 7)) + 30 * Math.sin(12.9 * i),
  );
  let folder: BoardFolder;
  let expected: Float32Array;
  beforeAll(async () => {
    folder = await boardFolder(bytes);
    const isWhole = readPlan(bytes).tensors.some(({ dtype }) => dtype === 'int8');
    const plan = await openPlan(bytes, { arithmetic: isWhole ? 'int8' : 'float' });
    tolerance = isWhole ? 0 : 1e-4;
    expected = plan.run(rgb).embedding ?? new Float32Array();
    plan.close();
  });

  it.for(CHOSEN)(
    'compiled without a warning for $name, gives the embedding that this machine has',
    (processor, { skip }) => {
      const missing = lacking(processor);
      if (missing !== undefined) return skip(missing);
      const to = join(place, `${file}-${processor.name}`.replace(/\W+/g, '-'));
      writeFolder(folder, to);
      const built = buildFolder(to, processor);
      expect(built.said).toBe('');
      expect(undefinedSymbols(built, processor).filter((name) => !MAY_NEED.test(name))).toEqual([]);
      const { embedding, ...figures } = measure(built, processor, rgb);
      const largest = Math.max(...expected.map(Math.abs));
      const difference =
        Math.max(...expected.map((value, i) => Math.abs(value - (embedding[i] ?? Number.NaN)))) / largest;
      expect(difference).toBeLessThanOrEqual(tolerance);
      expect(figures.arenaBytes).toBeLessThanOrEqual(folder.figures.arenaBytes + 64);
      expect(figures.stackBytes).toBeLessThan(6000);
      rows.push({
        network: name,
        processor: processor.name,
        ...figures,
        multiplyAdds: folder.figures.work,
        difference,
      });
    },
  );
});

describe('the program of a folder', () => {
  const [native] = CHOSEN;
  const missing = native && lacking(native);

  it.skipIf(missing !== undefined)(
    'reads a pixmap, comments and all, or bytes, and says what it does not read',
    async () => {
      const to = join(place, 'program');
      writeFolder(await boardFolder(writePlan(sumsPlan())), to);
      if (native) buildFolder(to, native);
      const rgb = Uint8Array.from({ length: 3 * 4 * 6 }, (_, i) => (i * 41) % 256);
      const embed = (...parts: (string | Uint8Array)[]) =>
        spawnSync(join(to, 'embed'), {
          input: Buffer.concat(parts.map((part) => Buffer.from(part))),
          encoding: 'utf8',
        });
      const planes = Float32Array.from({ length: rgb.length }, (_, i) => rgb[(i % 24) * 3 + Math.floor(i / 24)] ?? 0);
      const sums = `${sumsOracle(planes, 4, 6).join('\n')}\n`;
      expect(embed(rgb)).toMatchObject({ status: 0, stdout: sums });
      expect(embed('P6\n# by hand\n6 4\n255\n', rgb)).toMatchObject({ status: 0, stdout: sums });
      const size = 'it takes 6 x 4 pixels, as a P6 pixmap or as 72 bytes of RGB.';
      expect(embed('P6 4 6 255\n', rgb)).toMatchObject({
        status: 1,
        stderr: `embed: the picture is of another size; ${size}\n`,
      });
      expect(embed(rgb.subarray(1))).toMatchObject({
        status: 1,
        stderr: `embed: the picture ends too early; ${size}\n`,
      });
      expect(embed(rgb, 'x').stderr).toContain('the picture is too long');
      expect(embed('P6 6 4 65535\n', rgb).stderr).toContain('other than 256 levels');
    },
  );
});

// Natively the addon runs it.
for (const processor of CHOSEN.filter(({ emulator }) => emulator.length > 0)) {
  const missing = lacking(processor);
  const form = `whole, as a program for ${processor.name}`;
  if (missing !== undefined) it.skip(`the engine, ${form}: ${missing}`, () => {});
  else
    engineContract(
      form,
      openByDriver([...processor.emulator, buildDriver(mkdtempSync(join(place, 'driver-')), processor)], form),
    );
}
