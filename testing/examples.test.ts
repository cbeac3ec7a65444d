import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../examples', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-examples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What each example prints, by its file. */
const printed: Record<string, { args?: string[]; text: RegExp }> = {
  'compare-two-faces.mjs': { text: /^128 numbers a face, cosine -?[01]\.\d{3}\n$/ },
  'read-recordio.mjs': { text: /^12 images of 3 people\nthe first is 112 x 112, of person 0\n$/ },
  'train-ten-steps.mjs': { args: [scratch], text: /^10 steps, loss \d+\.\d\d\n.*model\.onnx: \d{5,} bytes\n$/ },
};

it('has an expectation here for every example', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.mjs'))).toEqual(Object.keys(printed).sort());
});

it.each(Object.entries(printed))('runs examples/%s', (name, { args = [], text }) => {
  expect(execFileSync(process.execPath, [join(folder, name), ...args], { encoding: 'utf8' })).toMatch(text);
});
