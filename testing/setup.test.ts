import { afterEach, expect, it } from 'vitest';
import { buildEngineAddon } from '../scripts/setup/addon.mjs';

const { CC } = process.env;
afterEach(() => {
  if (CC === undefined) delete process.env.CC;
  else process.env.CC = CC;
});

it('setup does without a C compiler, and says so', async () => {
  process.env.CC = '/no/such/compiler';
  const said: string[] = [];
  expect(await buildEngineAddon((line: string) => said.push(line))).toBe('not built');
  expect(said).toEqual([
    expect.stringMatching(/runs in WebAssembly: No C compiler: \/no\/such\/compiler is not there/),
  ]);
});

it('setup ends where a compiler fails: the tests would be of an older addon', async () => {
  process.env.CC = '/bin/false';
  await expect(buildEngineAddon(() => undefined)).rejects.toThrow(/\/bin\/false/);
});
