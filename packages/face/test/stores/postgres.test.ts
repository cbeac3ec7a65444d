import { Gallery } from 'pocketnet/gallery';
import { openEncrypted, StaleError, type Store } from 'pocketnet/stores';
import { openPostgresStore, type PostgresOptions } from 'pocketnet/stores/postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { InventedPeople, MODEL, ratesOf, strangersCosines } from '../gallery/faces.js';
import { ask, database, databaseFiles, databaseFolder, holds, stateOf } from './harness.js';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const rates = [ratesOf(strangersCosines(1, 20_000))];

describe.skipIf(database === undefined)('PostgreSQL (POCKETNET_POSTGRES)', () => {
  const url = database ?? '';
  const name = `test ${crypto.randomUUID()}`;
  const opened: (Store | Gallery)[] = [];
  const store = async (options: PostgresOptions = {}): Promise<Store> => {
    const made = await openPostgresStore(url, { gallery: name, ...options });
    opened.push(made);
    return made;
  };
  const gallery = async (options: PostgresOptions = {}): Promise<Gallery> =>
    Gallery.open(await store(options), { rates });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await ask(url, 'DELETE FROM pocketnet_galleries WHERE name LIKE $1', [`${name}%`]);
  });

  it('shows each machine what the others did, in their order', async () => {
    const [one, two] = [await gallery(), await gallery()];
    const people = new InventedPeople(1);
    const face = people.direction();
    const { person } = await one.enrol({ name: 'Ada' }, people.shot(face));
    expect((await two.identify(people.shot(face))).person).toBe(person);
    await two.rename(person, 'Ada Lovelace');
    expect((await one.person(person))?.name).toBe('Ada Lovelace');
    expect(await one.undo()).toContain('renamed');
    expect((await two.person(person))?.name).toBe('Ada');
    await two.forget(person);
    expect(await one.person(person)).toBeUndefined();
    expect(one.counts.people).toBe(0);
  });

  it('refuses a commit that rests on what others have changed meanwhile', async () => {
    const [one, two] = [await store(), await store()];
    await stateOf(one);
    await stateOf(two);
    const before = await two.catchUp?.();
    expect(before?.changes).toEqual([]);
    await one.commit([{ kind: 'person', id: 'p', about: text('1') }]);
    const mine = [{ kind: 'person', id: 'p', about: text('2') }] as const;
    await expect(two.commit(mine, { unchangedSince: before?.version })).rejects.toThrow(StaleError);
    const after = await two.catchUp?.(before?.version);
    expect(after?.changes).toHaveLength(1);
    await two.commit(mine, { unchangedSince: after?.version });
    await one.commit([{ kind: 'person', id: 'q', about: text('3') }]); // rests on nothing
  });

  it('lets machines enrol, merge and forget at once without losing or half doing anything', async () => {
    const machines = await Promise.all([gallery(), gallery(), gallery()]);
    const people = new InventedPeople(2);
    const [first] = machines as [Gallery, Gallery, Gallery];
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) ids.push((await first.enrol({ name: `${i}` }, people.shot(people.direction()))).person);
    const [a, b, c] = ids as [string, string, string];
    const done = await Promise.allSettled(
      machines.flatMap((machine, i) => [
        ...Array.from({ length: 8 }, () => machine.enrol({ name: 'new' }, people.shot(people.direction()))),
        machine.enrol(a, people.shot(people.direction())),
        machine.enrol(b, people.shot(people.direction())),
        i === 0 ? machine.merge(a, b) : i === 1 ? machine.forget(c) : machine.rename(a, 'A'),
      ]),
    );
    const failures = done.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
    for (const message of failures) expect(message).toContain('Nobody in the gallery has the id'); // b was merged by then
    const pages = await Promise.all(machines.map((machine) => machine.people({ limit: 1000 })));
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
    expect(pages[0]?.people).toHaveLength(6 + 24 - 2);
    const templates = pages[0]?.people.reduce((sum, each) => sum + each.templates.length, 0);
    expect(templates).toBe(6 + 24 + 6 - 1 - failures.length);
    expect(pages[0]?.people.find((each) => each.id === a)?.name).toBe('A');
  });

  it('searches on the server as in memory; by the graph nearly so', async () => {
    const people = new InventedPeople(3);
    const memory = await gallery();
    const enrol = (_: unknown, i: number) => memory.enrol({ name: `${i}` }, people.shot(people.direction()));
    await Promise.all(Array.from({ length: 300 }, enrol));
    const [exact, graph] = [await gallery({ search: 'exact', replica: url }), await gallery({ search: 'hnsw' })];
    let found = 0;
    for (let round = 0; round < 10; round++) {
      const query = people.shot(people.direction());
      const [a, b, c] = await Promise.all([memory, exact, graph].map((each) => each.identify(query, { topK: 5 })));
      expect(b?.candidates.map((each) => each.person)).toEqual(a?.candidates.map((each) => each.person));
      for (const [i, each] of (a?.candidates ?? []).entries())
        expect(b?.candidates[i]?.cosine).toBeCloseTo(each.cosine, 5);
      found += c?.candidates.filter((each) => a?.candidates.some(({ person }) => person === each.person)).length ?? 0;
    }
    expect(found).toBeGreaterThan(45);
    const [{ id } = { id: 0 }] = await ask(url, 'SELECT id FROM pocketnet_galleries WHERE name = $1', [name]);
    const graphs = [`pocketnet_hnsw_${id}_%`];
    const plan = await ask(url, 'SELECT indexdef FROM pg_indexes WHERE indexname LIKE $1', graphs);
    expect(plan.map((row) => row.indexdef).join()).toContain(MODEL);
    // One whose making was broken off is made anew, by whichever machine comes first.
    const mine = 'indexrelid::regclass::text LIKE $1';
    await ask(url, `UPDATE pg_index SET indisvalid = false WHERE ${mine}`, graphs);
    const machines = [await gallery({ search: 'hnsw' }), await gallery({ search: 'hnsw' })];
    const probe = people.shot(people.direction());
    for (const { candidates } of await Promise.all(machines.map((each) => each.identify(probe))))
      expect(candidates).toHaveLength(5);
    const valid = await ask(url, `SELECT bool_and(indisvalid) AS valid FROM pg_index WHERE ${mine}`, graphs);
    expect(valid).toEqual([{ valid: true }]);
  }, 60_000);

  it('holds several galleries that know nothing of each other', async () => {
    const [one, two] = [await store(), await store({ gallery: `${name} 2` })];
    await one.commit([{ kind: 'person', id: 'p', about: text('1') }]);
    expect((await stateOf(two)).size).toBe(0);
    expect((await stateOf(one)).size).toBe(1);
  });

  it('is made by many at once', async () => {
    await ask(url, 'DROP TABLE IF EXISTS pocketnet_records, pocketnet_galleries, pocketnet_migrations');
    const all = await Promise.all(Array.from({ length: 6 }, () => store()));
    expect(all).toHaveLength(6);
    await ask(url, 'INSERT INTO pocketnet_migrations VALUES (99)');
    await expect(openPostgresStore(url)).rejects.toThrow('its tables are of version 99, and this program knows 1');
    await ask(url, 'DELETE FROM pocketnet_migrations WHERE version = 99');
  });

  it('does not wait for ever, nor tell the password', async () => {
    const patient = await store({ timeout: 1500 });
    await stateOf(patient);
    const blocker = await import('pg').then(({ default: { Client } }) => new Client({ connectionString: url }));
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE pocketnet_galleries');
    await expect(patient.commit([{ kind: 'person', id: 'p', about: text('') }])).rejects.toThrow('statement timeout');
    await blocker.query('ROLLBACK');
    await blocker.end();
    await patient.commit([{ kind: 'person', id: 'p', about: text('') }]);
    const nowhere = openPostgresStore('postgres://me:secret@127.0.0.1:9/db', { timeout: 500 });
    await expect(nowhere).rejects.toThrow(/^postgres:\/\/127.0.0.1:9\/db, gallery "default": (?!.*secret)/);
  });

  it('erases what a transaction elsewhere on the server could see, once that has ended; or says that it could not', async () => {
    const people = new InventedPeople(6);
    const shot = people.shot(people.direction());
    const opened = await gallery({ timeout: 5000 });
    const { person } = await opened.enrol({ name: 'Ada' }, shot);
    const { Client } = (await import('pg')).default;
    const elsewhere = new Client({ connectionString: new URL('/postgres', url).href });
    await elsewhere.connect();
    await elsewhere.query('BEGIN');
    await elsewhere.query('SELECT pg_current_xact_id()');
    const other = `${name} 2`;
    const impatient = await gallery({ timeout: 100, gallery: other });
    const { person: second } = await impatient.enrol({ name: 'Bo' }, people.shot(people.direction()));
    await expect(impatient.forget(second)).rejects.toThrow('transactions that began before are still running');
    const anew = await gallery({ timeout: 100, gallery: other });
    expect(anew.counts.people).toBe(0);
    expect(anew.notes.join()).toContain('could not be erased yet');
    const forgotten = opened.forget(person);
    setTimeout(() => elsewhere.query('COMMIT').then(() => elsewhere.end()), 300);
    await forgotten;
    const bytes = new Uint8Array(shot.vector.buffer, shot.vector.byteOffset, shot.vector.byteLength);
    if (databaseFolder !== undefined) expect(holds(await databaseFiles(url, databaseFolder), bytes)).toBe(false);
  });

  it('keeps sealed records, too', async () => {
    const key = { bytes: new Uint8Array(32).fill(3) };
    const sealed = await openEncrypted(await store(), key);
    const one = await Gallery.open(sealed, { rates });
    const two = await Gallery.open(await openEncrypted(await store(), key), { rates });
    const people = new InventedPeople(5);
    const face = people.direction();
    const { person } = await one.enrol({ name: 'Ada' }, people.shot(face));
    expect((await two.identify(people.shot(face))).person).toBe(person);
    const rows = await ask(url, 'SELECT count(vector)::int AS plain, count(*)::int AS records FROM pocketnet_records');
    expect(rows[0]?.plain).toBe(0);
  });
});
