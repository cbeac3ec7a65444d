import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gallery } from 'pocketnet/gallery';
import {
  type Change,
  encryptStore,
  type GalleryKey,
  isEncrypted,
  openEncrypted,
  openMemoryStore,
  type Store,
} from 'pocketnet/stores';
import { openFileStore } from 'pocketnet/stores/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesIn, holds, stateOf, temporaryFolder } from './harness.js';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const keyOf = (seed: number): GalleryKey => ({ bytes: Uint8Array.from({ length: 32 }, (_, i) => i * seed) });
const vector = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i));
const records: Change[] = [
  { kind: 'person', id: 'p', about: text('{"name":"Ada Lovelace","added":0}') },
  { kind: 'template', id: 't', about: text('{"person":"p","added":0}'), template: { model: 'm', vector } },
];
const secrets = [text('Ada Lovelace'), new Uint8Array(vector.buffer)];

describe('an encrypted gallery', () => {
  let folder = '';
  const plain = (): Promise<Store> => openFileStore(join(folder, 'gallery.log'));
  const seen = (): boolean[] => secrets.map((secret) => holds(filesIn(folder), secret));
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('opens with its key alone', async () => {
    const first = await openEncrypted(await plain(), keyOf(3));
    await first.commit(records);
    await first.close();
    expect(seen()).toEqual([false, false]);

    const store = await plain();
    expect(await isEncrypted(store)).toBe(true);
    await expect(openEncrypted(store, keyOf(5))).rejects.toThrow('this is the wrong key');
    await expect(openEncrypted(store, { passphrase: 'guess' })).rejects.toThrow('encrypted with a key of 32 bytes');
    await expect(openEncrypted(store, { bytes: new Uint8Array(31) })).rejects.toThrow('A key of 31 bytes');
    await expect(Gallery.open(store)).rejects.toThrow('If the gallery is encrypted, open it with its key'); // and closes it
    const again = await openEncrypted(await plain(), keyOf(3));
    expect((await stateOf(again)).size).toBe(2);
    await again.close();
  });

  it('holds what the plain one held, though that is many times what is read at once', async () => {
    const crops = Array.from({ length: 40 }, (_, i) => new Uint8Array(250_000).fill(i + 1));
    const store = await plain();
    await store.commit(records);
    for (const [i, about] of crops.entries()) await store.commit([{ kind: 'crop', id: `c${i}`, about }]);
    await store.compact();
    const sealed = await encryptStore(store, keyOf(3));
    await sealed.rotate(keyOf(5));
    const found = new Map<string, boolean>();
    for await (const changes of sealed.read())
      for (const { kind, id, about } of changes)
        if (kind === 'crop' && about) found.set(id, Buffer.compare(about, crops[Number(id.slice(1))] ?? about) === 0);
    expect([...found.values()]).toEqual(crops.map(() => true));
    await sealed.close();
  });

  it('opens with its passphrase, however its letters are composed', async () => {
    const store = await openMemoryStore();
    await (await openEncrypted(store, { passphrase: 'Zo\u00eb \u212b' })).commit(records);
    expect((await stateOf(await openEncrypted(store, { passphrase: 'Zoe\u0308 \u00c5' }))).size).toBe(2);
    await expect(openEncrypted(store, { passphrase: 'zo\u00eb \u00c5' })).rejects.toThrow('the wrong passphrase');
    const said = new TextDecoder('latin1').decode(store.snapshot());
    expect(said).toContain('"rounds":600000');
  });

  it.each([
    ['asks for a day of work', { derivation: { name: 'PBKDF2-SHA-256', rounds: 2 ** 31, salt: 'AAAA' }, keys: {} }],
    ['names another derivation', { derivation: { name: 'scrypt' }, keys: {} }],
    ['has no keys', { derivation: { name: 'given' } }],
    ['is nothing', null],
  ])('refuses at once a record of its encryption that %s', async (_, record) => {
    const store = await openMemoryStore();
    await store.commit([{ kind: 'setting', id: 'encryption', about: text(JSON.stringify(record)) }]);
    await expect(openEncrypted(store, { passphrase: 'anything' })).rejects.toThrow(
      /how it is encrypted is damaged or not of this version/,
    );
  });

  it('is made of a plain one, of which no byte is left', async () => {
    const before = await plain();
    await before.commit(records);
    expect(seen()).toEqual([true, true]);
    await expect(openEncrypted(before, keyOf(3))).rejects.toThrow('it is not encrypted');
    await encryptStore(before, keyOf(3));
    await before.close();
    expect(seen()).toEqual([false, false]);
    const after = await openEncrypted(await plain(), keyOf(3));
    expect((await stateOf(after)).size).toBe(2);
    await after.close();
  });

  it('finishes at its next opening what was broken off while it was made', async () => {
    const before = await plain();
    await before.commit(records);
    const compact = before.compact.bind(before);
    before.compact = () => Promise.reject(new Error('killed'));
    await expect(encryptStore(before, keyOf(3))).rejects.toThrow('killed');
    before.compact = compact;
    expect(seen()).toEqual([true, true]);
    const after = await openEncrypted(before, keyOf(3));
    expect(seen()).toEqual([false, false]);
    expect((await stateOf(after)).size).toBe(2);
    await after.close();
  });

  it('changes its key, also in two goes, after which the old one opens nothing', async () => {
    const store = await plain();
    const many = Array.from({ length: 1200 }, (_, i): Change => ({ kind: 'person', id: `${i}`, about: text(`${i}`) }));
    const first = await openEncrypted(store, keyOf(3));
    await first.commit(many);
    await first.rotate(keyOf(5));
    await first.commit(records);
    await expect(openEncrypted(store, keyOf(3))).rejects.toThrow('wrong key');
    const second = await openEncrypted(store, keyOf(5));
    expect((await stateOf(second)).size).toBe(1202);

    const commit = store.commit.bind(store);
    let left = 2;
    store.commit = (changes) => (left-- > 0 ? commit(changes) : Promise.reject(new Error('killed')));
    await expect(second.rotate(keyOf(7))).rejects.toThrow('killed');
    store.commit = commit;
    await expect(openEncrypted(store, keyOf(5))).rejects.toThrow('wrong key');
    const third = await openEncrypted(store, keyOf(7));
    expect((await stateOf(third)).size).toBe(1202);
    await third.close();
  });

  it('names a record that was changed or put in the place of another', async () => {
    const store = await openMemoryStore();
    const sealed = await openEncrypted(store, keyOf(3));
    await sealed.commit([...records, { kind: 'person', id: 'q', about: text('another') }]);
    const raw: Change[] = [];
    for await (const changes of store.read()) raw.push(...changes);
    const [p, q] = ['p', 'q'].map((id) => raw.find((each) => each.kind === 'person' && each.id === id));
    await store.commit([{ kind: 'person', id: 'p', about: q?.about as Uint8Array }]);
    await expect(stateOf(sealed)).rejects.toThrow('the person p was changed since it was sealed');
    const bent = Uint8Array.from(p?.about ?? []);
    bent[30] = (bent[30] ?? 0) ^ 1;
    await store.commit([{ kind: 'person', id: 'p', about: bent }]);
    await expect(stateOf(sealed)).rejects.toThrow('the person p was changed');
  });

  it('never uses a nonce twice', async () => {
    const sealed = await openEncrypted(await plain(), keyOf(3));
    for (let i = 0; i < 300; i++) await sealed.commit([{ kind: 'person', id: 'p', about: text('the same') }]);
    const nonces = new Set<string>();
    const raw = await plainRead(sealed);
    for (const about of raw) nonces.add(Buffer.from(about.subarray(4, 16)).toString('hex'));
    expect(nonces.size).toBe(300);
  });

  /** What lies in the file for the person, version after version. */
  async function plainRead(sealed: Store): Promise<Uint8Array[]> {
    await sealed.close();
    const copy = join(folder, 'copy.log');
    writeFileSync(copy, readFileSync(join(folder, 'gallery.log')));
    const store = await openFileStore(copy);
    const found: Uint8Array[] = [];
    for await (const changes of store.read())
      for (const change of changes) if (change.kind === 'person' && change.about) found.push(change.about.slice());
    await store.close();
    return found;
  }
});
