import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import { calibrationKey, calibrationText, readCalibration } from 'pocketnet';
import { Gallery } from 'pocketnet/gallery';
import { openFileStore } from 'pocketnet/stores/file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './support/command.js';
import { embedder } from './support/models.js';

const place = new Place();
const { file } = place;
const people = ['--gallery', 'people.gallery'];

beforeAll(async () => {
  mkdirSync(file('Ada'));
  mkdirSync(file('Bo'));
  for (const sample of [0, 1, 3]) {
    await place.write(`Ada/${sample}.png`, 400, 320, [{ identity: 11, sample, x: 110, y: 70, side: 180 }]);
    await place.write(`Bo/${sample}.png`, 400, 320, [{ identity: 12, sample, x: 110, y: 70, side: 180 }]);
  }
  await place.write('both.png', 520, 320, [
    { identity: 11, sample: 5, x: 20, y: 70, side: 180 },
    { identity: 12, sample: 5, x: 300, y: 70, side: 180 },
  ]);
  await place.write('small.png', 200, 200, [{ identity: 11, x: 80, y: 80, side: 36 }]);
  await place.write('nobody.png', 200, 200, []);
}, 60_000);
afterAll(() => place.remove());

/** A plan whose calibration says that strangers look so much more alike. */
function sayingThatStrangersAre(nearer: number, bytes: Uint8Array): Uint8Array {
  const plan = readPlan(bytes);
  const model = { ...plan.metadata.model };
  for (const arithmetic of [undefined, 'int16', 'int8', 'int7'] as const) {
    const calibration = readCalibration(plan.metadata.model, arithmetic);
    if (!calibration) throw new Error('The released plan has a calibration.');
    const points = calibration.points.map((point) => ({ ...point, cosine: point.cosine + nearer }));
    model[calibrationKey(arithmetic)] = calibrationText({ ...calibration, points });
  }
  return writePlan({ ...plan, metadata: { ...plan.metadata, model } });
}

/** Ids by name. */
const idsOf = (): Record<string, string> => {
  const { people: all } = place.json(['people', 'list', ...people]) as { people: { id: string; name: string }[] };
  return Object.fromEntries(all.map(({ id, name }) => [name, id]));
};

describe('a gallery of the command', () => {
  it('asks once whether one may, before anything is kept', () => {
    const refused = place.pocketnet(['enrol', 'Ada', '--name', 'Ada', ...people]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--agree') });
    expect(existsSync(file('people.gallery'))).toBe(false);
    const { enrolled } = place.json(['enrol', 'Ada', 'Bo', '--by-folder', '--agree', ...people]) as {
      enrolled: object[];
    };
    expect(enrolled.length).toBeGreaterThanOrEqual(4);
    expect(Object.keys(idsOf())).toEqual(['Ada', 'Bo']);
  });

  it('tells photos and folders apart that are named from within their folders', () => {
    const there = (folder: string, ...more: string[]) => {
      const words = ['enrol', '0.png', '--agree', '--anyway', '--json', '--gallery', '../here.gallery', ...more];
      const { code, stdout, stderr } = place.pocketnet(words, {}, folder);
      expect(code, stderr).toBe(0);
      return (JSON.parse(stdout) as { enrolled: { person: string; name: string }[] }).enrolled[0];
    };
    const first = there('Ada', '--by-folder');
    expect(first?.name).toBe('Ada');
    there('Bo', '--person', first?.person ?? '');
    const { people: all } = place.json(['people', 'list', '--gallery', 'here.gallery']) as {
      people: { templates: object[] }[];
    };
    expect(all.map(({ templates }) => templates.length)).toEqual([2]); // the second is of another photo, and replaces nothing
  });

  it('makes no second person of a name by mistake, and knows a name that is taken for an id', () => {
    const { Ada = '' } = idsOf();
    const again = (...more: string[]) => place.pocketnet(['enrol', 'Ada/0.png', '--name', 'ada', ...more, ...people]);
    expect(again()).toMatchObject({ code: 2, stderr: expect.stringContaining(`--person ${Ada}`) });
    expect(again('--namesake').code).toBe(0);
    const { ada = '' } = idsOf();
    expect(place.pocketnet(['people', 'forget', 'ADA', ...people])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`It is a name, of ${Ada} and of ${ada}: give that id.`),
    });
    expect(place.pocketnet(['enrol', 'Ada', '--person', 'Bo', ...people]).stderr).toContain('It is a name, of ');
    place.json(['people', 'forget', ada, ...people]);
  });

  it('doubts a photo of somebody else among a person’s, and one that shows two who could be meant', () => {
    // Drawn strangers are more alike than people: here as much as this model says strangers are.
    writeFileSync(file('strict.pnet'), sayingThatStrangersAre(0.3, embedder));
    const own = ['--gallery', 'mixed.gallery', '--model', 'strict.pnet'];
    const { stderr } = place.pocketnet(['enrol', 'Ada', 'Bo/0.png', 'both.png', '--name', 'Ada', '--agree', ...own]);
    expect(stderr).toMatch(
      /Bo\/0\.png: it does not look like the other photos of Ada \(cosine -?0\.\d\d\)\. Is it them\?/,
    );
    expect(stderr).toMatch(/both\.png: took the most prominent of 2 faces: \d+ pixels, at \(/);
    expect(stderr).not.toMatch(/Ada\/\d\.png: /);
  });

  it('is sealed from its beginning where a key is given, and refuses a key that it has no use for', () => {
    const own = ['--gallery', 'sealed.gallery'];
    const key = { POCKETNET_PASSPHRASE: 'correct horse' };
    place.json(['enrol', 'Ada', '--name', 'Ada Sealed', '--agree', ...own], key);
    expect(readFileSync(file('sealed.gallery')).includes('Ada Sealed')).toBe(false);
    expect(place.pocketnet(['people', 'list', ...own])).toMatchObject({ code: 2 });
    const plain = place.pocketnet(['enrol', 'Bo', '--name', 'Bo', ...people], key);
    expect(plain).toMatchObject({ code: 1, stderr: expect.stringContaining('it is not encrypted') });
  });

  it('knows whom a photo shows, everybody once', () => {
    const { photos } = place.json(['identify', 'both.png', 'nobody.png', ...people]) as {
      photos: { faces: { candidates: { name: string }[] }[] }[];
    };
    const [both, nobody] = photos;
    expect(both?.faces.map(({ candidates: [best] }) => best?.name).sort()).toEqual(['Ada', 'Bo']);
    expect(nobody?.faces).toEqual([]);
  });

  it('takes no face that will not do, and says why', () => {
    const { Ada = '' } = idsOf();
    const { code, stderr } = place.pocketnet(['enrol', 'small.png', 'nobody.png', '--person', Ada, ...people]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/small\.png was not enrolled: .*(Too small|No face)/);
    expect(stderr).toMatch(/nobody\.png was not enrolled: No face was found\./);
  });

  it('forgets for good: no byte of the template is left in its file', () => {
    const own = ['--gallery', 'forgotten.gallery'];
    const { enrolled } = place.json(['enrol', 'Ada/0.png', '--name', 'Ada Unforgettable', '--agree', ...own]) as {
      enrolled: { person: string }[];
    };
    const id = enrolled[0]?.person ?? '';
    place.json(['people', 'rename', id, 'Ada Renamed', ...own]); // a step that could be taken back keeps the name, too
    const { templates } = place.json(['people', 'export', id, ...own]) as {
      templates: { vector: number[]; crop: string }[];
    };
    const traces = [
      ...templates.flatMap(({ vector, crop }) => [
        Buffer.from(Float32Array.from(vector).buffer),
        Buffer.from(crop, 'base64'),
      ]),
      ...['Unforgettable', 'Ada Renamed', id].map((name) => Buffer.from(name)),
    ];
    const found = (): boolean[] => traces.map((trace) => readFileSync(file('forgotten.gallery')).includes(trace));
    expect(found()).toEqual(traces.map(() => true));
    expect(place.json(['people', 'forget', id, ...own])).toEqual({ forgotten: id });
    expect(found()).toEqual(traces.map(() => false));
    expect(place.pocketnet(['people', 'forget', id, ...own])).toMatchObject({ code: 1 });
  });

  it.each([
    ['people', 'list'],
    ['gallery', 'compact'],
    ['gallery', 'encrypt'],
    ['identify', 'both.png'],
  ])('is not begun by %s %s, whose --gallery may be misspelt', (...verb) => {
    const key = { POCKETNET_PASSPHRASE: 'correct horse' };
    const { code, stderr } = place.pocketnet([...verb, '--gallery', 'poeple.gallery'], key);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('poeple.gallery: there is no gallery'),
    });
    expect(existsSync(file('poeple.gallery'))).toBe(false);
  });

  it('refuses a key that is empty, or a file of one that is not there', () => {
    const empty = place.pocketnet(['gallery', 'encrypt', ...people], { POCKETNET_PASSPHRASE: '' });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('that is no key') });
    const missing = place.pocketnet(['gallery', 'encrypt', ...people, '--key-file', 'no.key']);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/no\.key: .*does not exist/) });
  });

  it('prints names that hold the commands of a terminal as text', async () => {
    const name = 'Eve\u001b[2J\u009b2J\r\nMallory';
    const gallery = await Gallery.open(await openFileStore(file('eve.gallery')));
    await gallery.enrol({ name }, { model: 'm', vector: Float32Array.of(1, 0, 0, 0) });
    await gallery.close();
    const { stdout } = place.pocketnet(['people', 'list', '--gallery', 'eve.gallery']);
    expect(stdout).toMatch(/^\S+ +Eve\\u001b\[2J\\u009b2J\\u000d Mallory +1 /m);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    const all = place.pocketnet(['people', 'list', '--json', '--gallery', 'eve.gallery']).stdout;
    expect(all).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.parse(all)).toMatchObject({ people: [{ name }] });
  });

  it('is examined, embedded anew and compacted', () => {
    const report = place.json(['gallery', 'doctor', ...people]) as {
      people: number;
      models: { templates: number; model: string }[];
    };
    expect(report).toMatchObject({ people: 2, models: [{ poor: [], duplicates: [] }] });
    const [{ model = '', templates = 0 } = {}] = report.models;
    const migrated = place.json(['gallery', 'migrate', '--no-flip', '--drop', model, ...people]);
    expect(migrated).toMatchObject({
      embedded: templates,
      enrolAgain: [],
      templates: { [String(migrated.model)]: templates },
    });
    expect(migrated.model).not.toBe(model);
    for (const dropped of [String(migrated.model), 'misspelt'])
      expect(place.pocketnet(['gallery', 'migrate', '--no-flip', '--drop', dropped, ...people])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`--drop ${dropped}`),
      });
    expect(place.json(['gallery', 'compact', ...people])).toMatchObject({ people: 2 });
  });

  it('is sealed, and opened by its key alone', () => {
    const key = { POCKETNET_PASSPHRASE: 'correct horse' };
    place.json(['gallery', 'encrypt', ...people], key);
    expect(readFileSync(file('people.gallery')).includes('Ada')).toBe(false);
    expect(place.pocketnet(['people', 'list', ...people])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is encrypted'),
    });
    expect(place.pocketnet(['people', 'list', ...people], { POCKETNET_PASSPHRASE: 'wrong' }).code).toBe(1);
    const { people: all } = place.json(['people', 'list', ...people], key) as {
      people: { id: string; name: string }[];
    };
    const [ada = { id: '' }, bo = { id: '' }] = all;
    place.json(['people', 'rename', bo.id, 'Bob', ...people], key);
    expect(place.json(['people', 'export', bo.id, ...people], key)).toMatchObject({ person: { name: 'Bob' } });
    place.json(['people', 'merge', ada.id, bo.id, ...people], key);
    place.json(['people', 'forget', ada.id, ...people], key);
    expect(place.json(['people', 'list', ...people], key)).toEqual({ people: [] });
  });
});
