import { describe, expect, it } from 'vitest';
import type { Statement } from '../src/people/statement.js';
import { faceKey } from '../src/views/sort/face-key.js';
import { type KeyedFace, meaningOf } from '../src/views/sort/meaning.js';

const boxAt = (x: number) => ({ x, y: 10, width: 100, height: 100 });
/** A face of a photo, at a place of it. */
const face = (photo: number, x = 0): KeyedFace => ({ photo, key: faceKey(`photo${photo}`, boxAt(x)) });
const keys = (...faces: readonly (KeyedFace | undefined)[]): string[] => faces.flatMap((each) => each?.key ?? []);

/** Three photos, the last with two faces. */
const pile = [face(0), face(1), face(2), face(2, 300)];
const [a, b, c, d] = pile;

describe('What a user said of sorted photos', () => {
  it('makes one person of all whom they called so, in whichever order', () => {
    const said: Statement[] = [
      { says: 'is', person: 'ada', faces: keys(a) },
      { says: 'is', person: 'ada', faces: keys(c, b) },
    ];
    const { person, together } = meaningOf(said, pile);
    expect([...person]).toEqual([
      [0, 'ada'],
      [2, 'ada'],
      [1, 'ada'],
    ]);
    expect(together).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });

  it('stands as it was said last: a face that was named, then set apart, then named again', () => {
    const named: Statement = { says: 'is', person: 'ada', faces: keys(a, b) };
    const apart: Statement = { says: 'apart', faces: keys(a, b) };
    const after = meaningOf([named, apart], pile);
    expect(after.person.has(0)).toBe(false);
    expect(after.apart).toEqual([[0, 1]]);
    const again = meaningOf([named, apart, named], pile);
    expect(again.apart).toEqual([]);
    expect(again.together).toEqual([[1, 0]]);
  });

  it('holds in a later visit: for the photos that are there again, and for a box that another detector has drawn', () => {
    const said: Statement[] = [
      { says: 'one', faces: keys(a, b, c) },
      { says: 'not a face', faces: keys(d) },
    ];
    const moved = { photo: 1, key: faceKey('photo2', { x: 305, y: 6, width: 96, height: 108 }) };
    const { together, hidden } = meaningOf(said, [face(0), moved, face(2)]);
    expect(together).toEqual([[0, 2]]);
    expect([...hidden]).toEqual([1]);
    expect(meaningOf(said, [face(7)])).toMatchObject({ together: [], apart: [], impossible: 0 });
  });

  it('leaves out what is no face, and strangers', () => {
    const said: Statement[] = [
      { says: 'not a face', faces: keys(a) },
      { says: 'ignore', faces: keys(c, d) },
    ];
    expect([...meaningOf(said, pile).hidden]).toEqual([0, 2, 3]);
  });

  it('holds for every copy of a photo', () => {
    const copies = [face(0), { ...face(0), photo: 1 }];
    expect([...meaningOf([{ says: 'not a face', faces: keys(a) }], copies).hidden]).toEqual([0, 1]);
  });

  it('never makes one person of two faces of a photo, be it over others', () => {
    const said: Statement[] = [
      { says: 'one', faces: keys(a, c) },
      { says: 'one', faces: keys(a, b) },
      { says: 'one', faces: keys(b, d) },
    ];
    expect(meaningOf(said, pile)).toMatchObject({
      together: [
        [0, 2],
        [0, 1],
      ],
      impossible: 1,
    });
  });

  it('says who somebody is not, until it says that they are', () => {
    const not: Statement = { says: 'is not', person: 'ada', faces: keys(a) };
    expect([...(meaningOf([not], pile).not.get(0) ?? [])]).toEqual(['ada']);
    const yes = meaningOf([not, { says: 'is', person: 'ada', faces: keys(a) }], pile);
    expect([yes.not.get(0)?.size, yes.person.get(0)]).toEqual([0, 'ada']);
  });

  it('keeps two people apart without taking their names', () => {
    const said: Statement[] = [
      { says: 'is', person: 'ada', faces: keys(a) },
      { says: 'two', faces: [a?.key ?? '', b?.key ?? ''] },
    ];
    expect(meaningOf(said, pile)).toMatchObject({ person: new Map([[0, 'ada']]), apart: [[0, 1]] });
  });

  it('takes a name away', () => {
    const said: Statement[] = [
      { says: 'is', person: 'ada', faces: keys(a, b) },
      { says: 'is', person: '', faces: keys(a, b) },
    ];
    expect(meaningOf(said, pile)).toMatchObject({ person: new Map(), together: [] });
  });
});
