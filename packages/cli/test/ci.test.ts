import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace } from './pocketnet.js';

const place = workplace();
afterAll(() => place.remove());

function program(path: string, ...lines: string[]): void {
  const file = join(place.path, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, ['#!/bin/bash', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}

const environment = (own: Record<string, string>) => ({
  ...{ PATH: `${join(place.path, 'bin')}:${process.env.PATH}`, TMPDIR: place.path },
  ...own,
});

/** The checks' own script, in a checkout whose tests are counted at once and on a machine of the commands below. */
function checks(env: Record<string, string>): { status: number | null; last: string; stdout: string } {
  const { status, stdout } = spawnSync(join(place.path, '.ci/run'), { encoding: 'utf8', env: environment(env) });
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

describe('.ci/run', () => {
  beforeAll(() => {
    mkdirSync(join(place.path, '.ci'));
    copyFileSync(fileURLToPath(new URL('../../../.ci/run', import.meta.url)), join(place.path, '.ci/run'));
    program('bin/id', 'echo 0');
    const broken =
      'if [[ -n $BROKEN && $* == *sanitize* ]]; then echo "FAILED: a.test.ts: counts: expected 1 to be 2"; echo "2 passed, 1 failed"; exit 1; fi';
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's
    program('bin/npm', 'sleep "${SLOW:-0}"', broken, 'echo "3 passed, 0 failed"');
    program('bin/dpkg-query', '[[ -n $LACKING ]] || echo "ii "');
    program('bin/apt-get', 'exit 100');
    program(
      'scripts/debian13.sh',
      '[[ -z $NO_DEBIAN ]] || exit 75',
      '[[ -z $SLOW ]] || { echo $$ >maker; touch "$1/half-made"; sleep 60; }',
      'while [[ $1 != -- ]]; do shift; done',
      'shift',
      'if [[ $1 == scripts/* ]]; then shift; fi', // the server that the command would run beside
      '"$@"',
    );
  });

  it('counts all its parts', () => {
    expect(checks({ CI: '1' })).toMatchObject({ status: 0, last: '15 passed, 0 failed' });
  });

  it('names what failed once more before the last line, whichever part it was in', () => {
    const { status, stdout } = checks({ CI: '1', BROKEN: '1' });
    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      'FAILED: the engine under sanitizers: a.test.ts: counts: expected 1 to be 2',
      '14 passed, 1 failed',
    ]);
  });

  it('that is interrupted leaves neither the other Debian nor its maker behind', async () => {
    const child = spawn(join(place.path, '.ci/run'), { env: environment({ SLOW: '5' }) });
    let stdout = '';
    child.stdout.on('data', (part) => (stdout += part));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const maker = join(place.path, 'maker');
    await expect.poll(() => existsSync(maker) && Number(readFileSync(maker, 'utf8'))).toBeGreaterThan(0);
    child.kill('SIGTERM');
    await ended;
    expect(stdout).not.toContain('packages as people get them'); // no part begins after the one that was under way
    expect(() => process.kill(Number(readFileSync(maker, 'utf8')), 0)).toThrow('ESRCH');
    expect(readdirSync(place.path).filter((name) => name.startsWith('pocketnet-ci-debian13'))).toEqual([]);
  });

  it.each([
    ['a part that cannot be run here', { NO_DEBIAN: '1' }, 9, 2, 'COULD NOT BE RUN HERE'],
    ['packages that cannot be installed', { LACKING: '1' }, 15, 1, 'COULD NOT INSTALL'],
  ])('warns a person of %s, and is a failure where a machine looks on', (_, env, passed, lacking, words) => {
    const [alone, watched] = [checks(env), checks({ ...env, CI: '1' })];
    expect(alone).toMatchObject({ status: 0, last: `${passed} passed, 0 failed` });
    expect(alone.stdout).toMatch(new RegExp(`WARNING: .*${words}`));
    expect(watched).toMatchObject({ status: 1, last: `${passed} passed, ${lacking} failed` });
    expect(watched.stdout).toMatch(new RegExp(`FAILED: .*${words}`));
  });
});
