import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFile, writeAtomically, writeFileAtomic } from '@pocketnet/files/node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './samples.js';

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
    expect(readdirSync(at('')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('writeFileAtomic', () => {
  it('replaces the whole content and leaves nothing aside', () => {
    const path = join(mkdtempSync(join(folder, 'atomic-')), 'note.txt');
    writeFileAtomic(path, 'a long first content');
    writeFileAtomic(path, [new Uint8Array([104]), new Uint8Array([105])]);
    expect(readFileSync(path, 'utf8')).toBe('hi');
    expect(readdirSync(join(path, '..'))).toEqual(['note.txt']);
  });

  it('a failure half-way keeps the old content and removes what stood aside', () => {
    const path = join(mkdtempSync(join(folder, 'atomic-')), 'note.txt');
    writeFileSync(path, 'old');
    function* broken(): Generator<Uint8Array> {
      yield new Uint8Array(1000);
      throw new Error('the source failed');
    }
    expect(() => writeFileAtomic(path, broken())).toThrow('the source failed');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['note.txt']);
  });

  it('what the disk refuses names the file, the reason and the remedy', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeFileAtomic(join(folder, 'file', 'note.txt'), 'x')).toThrow(/note\.txt: could not be written: /);
    expect(() => writeFileAtomic(folder, 'x')).toThrow(/: could not be written: /);
  });
});
