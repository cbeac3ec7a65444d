import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFile, writeAtomically } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

describe('A file written aside', () => {
  it('is not the one that another writer of the same name and process id writes', () => {
    // Two writers in one process stand for two containers with equal process ids on one volume.
    const path = at('shared.bin');
    const [first, second] = [new AtomicFile(path), new AtomicFile(path)];
    first.write(new Uint8Array(3_000_000).fill(1));
    second.write(new Uint8Array(2_000_000).fill(2));
    first.commit();
    expect(readFileSync(path).equals(Buffer.alloc(3_000_000, 1))).toBe(true);
    second.commit();
    expect(readFileSync(path).equals(Buffer.alloc(2_000_000, 2))).toBe(true);
  });

  it('leaves the old one, and nothing else, when it is discarded', () => {
    const path = at('kept.bin');
    writeFileSync(path, 'old');
    const file = new AtomicFile(path);
    file.write(Buffer.from('new'));
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(at('')).filter((name) => name.includes('kept'))).toEqual(['kept.bin']);
  });

  it('comes with its companions or not at all', () => {
    const [a, b] = [at('a.bin'), at('b.bin')];
    const failing = () =>
      writeAtomically([a, b], (one) => {
        one?.write(Buffer.from('whole'));
        throw new Error('The disk is full.');
      });
    expect(failing).toThrow('The disk is full.');
    expect([a, b].some((path) => existsSync(path))).toBe(false);
    expect(readdirSync(at('')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
