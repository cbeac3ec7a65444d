import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSource, writeRecords } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { experiment, metadata, run, weights, workplace } from './experiment.js';

const at = workplace();

describe('checkpoints', () => {
  it('are kept by number, the newest of them', async () => {
    const { out } = await run(at('kept'), experiment({ maxSteps: 5, checkpointEvery: 1, keepCheckpoints: 2 }));
    const kept = readdirSync(out).filter((name) => name.startsWith('step-'));
    expect(kept).toEqual(['step-00000004.safetensors', 'step-00000005.safetensors']);
    expect(metadata(out, 'step-00000004').step).toBe('4');
    expect(weights(out, 'step-00000005').equals(weights(out))).toBe(true);
  });

  it('come after an abort, which ends the run after the step at hand; resumed, it reaches the same weights', async () => {
    const config = experiment({ maxSteps: 4 }, { augment: [{ name: 'flip', p: 0.5 }] });
    const whole = await run(at('unbroken'), config);
    const stopped = await run(at('stopped'), config, { signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ steps: 1, interrupted: true });
    expect(metadata(stopped.out).step).toBe('1');
    const resumed = await run(at('stopped'), config, { resume: true });
    expect(resumed).toMatchObject({ steps: 4, interrupted: false, loss: whole.loss });
    expect(weights(resumed.out).equals(weights(whole.out))).toBe(true);
    expect(resumed.metrics.map(({ step, loss }) => [step, loss])).toEqual(
      whole.metrics.map(({ step, loss }) => [step, loss]),
    );
    expect(readFileSync(join(resumed.out, 'training.log'), 'utf8')).toContain('Resumed at step 1:');
    const again = await run(at('stopped'), config, { resume: true }); // nothing is left to do
    expect(again).toMatchObject({ steps: 4, interrupted: false, loss: whole.loss });
    expect(again.metrics).toEqual(resumed.metrics);
  });

  it('make an abort at the last step no interruption', async () => {
    const finished = await run(at('abort-at-end'), experiment({ maxSteps: 1 }), { signal: AbortSignal.abort() });
    expect(finished).toMatchObject({ steps: 1, interrupted: false });
  });

  it('of another network are refused, and leave the run as it was', async () => {
    const { out } = await run(at('mine'));
    const files = (): string[] => readdirSync(out).map((name) => `${name}: ${readFileSync(join(out, name), 'base64')}`);
    const before = files();
    await expect(run(at('mine'), experiment({ embedding: 32 }), { resume: true })).rejects.toThrow(
      'mine cannot be resumed as another training: embedding was 64 and is 32. Start a new folder for it.',
    );
    expect(files().filter((file, i) => file !== before[i])).toEqual([]);
  });
});

describe('refused before anything is written:', () => {
  it('a folder that holds a run, without --resume', async () => {
    const { out } = await run(at('taken'));
    const before = weights(out);
    await expect(run(at('taken'))).rejects.toThrow(
      /taken holds a run already: pass --resume .* or name another folder/,
    );
    expect(weights(out).equals(before)).toBe(true);
  });

  // As packers write faces whose owners are unknown: no identity records, and 0 for every label.
  const unlabelled = at('unlabelled.rec');
  const photo = openSource('generated:identities=1,images=1,size=32').read(0);
  writeRecords(unlabelled, (writer) => {
    writer.write(0, { label: [5, 5] }, new Uint8Array());
    for (let key = 1; key <= 4; key++) writer.write(key, { label: [0] }, photo);
  });

  const odd = at('odd.txt');
  writeFileSync(odd, 'dw_conv_3x3');

  it.each([
    ['one identity', { train: 'generated:identities=1,images=9,size=32' }, {}, /identities=1.* 1 labelled identit.* 2/],
    ['a set without labels', { train: unlabelled }, { batch: 2 }, /unlabelled\.rec.* 2 at least/],
    ['fewer images than a batch', {}, { batch: 64 }, /fewer than a batch/],
    ['verification pairs that are not there', { val: ['nowhere.bin'] }, {}, /nowhere\.bin/],
    ['a device that is not there', {}, { device: 'abacus' }, "There is no device 'abacus'"],
    ['an unknown network', {}, { network: 'pocketnet-xxl' }, /no network 'pocketnet-xxl'/],
    ['a genotype file that is none', {}, { genotype: odd }, /odd\.txt: no genotype/],
    ['a size that the network cannot halve', { size: 36 }, {}, /An input of 36 pixels/],
  ])('%s', async (what, data, changes, message) => {
    const name = `refused ${what}`;
    await expect(run(at(name), experiment(changes, data))).rejects.toThrow(message);
    expect(readdirSync(at())).not.toContain(name);
  });
});
