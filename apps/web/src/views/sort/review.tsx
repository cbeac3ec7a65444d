import { signal } from '@preact/signals';
import { text } from '../../text.js';
import { Picture } from '../../ui/picture.js';
import { doubts, type Group, nameOf } from './groups.js';
import type { Pile } from './pile.js';
import { areTwo, problem, unite } from './say.js';

/** Pairs that are to be looked at later, by their first faces. */
const later = signal<ReadonlySet<string>>(new Set());
const keyOf = (pile: Pile, [a, b]: readonly [Group, Group]): string =>
  [a, b].map(({ faces: [first = -1] }) => pile.faces[first]?.key).join(' ');

/** So many faces of a group are shown. */
const SHOWN = 5;

/** Groups that may be one person, pair by pair: the nearest is asked about. */
export function Review({ pile }: { pile: Pile }) {
  const open = doubts.value.filter((pair) => !later.value.has(keyOf(pile, pair)));
  const [pair] = open;
  if (!pair) return null;
  const say = (saying: Promise<void>): void => {
    saying.catch((cause: Error) => {
      problem.value = cause.message;
    });
  };
  return (
    <section class="review" aria-labelledby="review">
      <h2 id="review">{text.sort.review}</h2>
      <p class="hint">{text.sort.reviewLeft(open.length)}</p>
      <div class="pair">
        {pair.map((group) => (
          <figure key={group.faces[0]}>
            <ul class="sheet">
              {group.faces.slice(0, SHOWN).map((face) => (
                <li key={face}>
                  <Picture picture={pile.faces[face]?.picture} alt={nameOf(group)} />
                </li>
              ))}
            </ul>
            <figcaption>{nameOf(group) || text.people.photos(group.faces.length)}</figcaption>
          </figure>
        ))}
      </div>
      <div class="actions">
        <button type="button" onClick={() => say(unite(...pair))}>
          {text.sort.one}
        </button>
        <button type="button" onClick={() => say(areTwo(...pair))}>
          {text.sort.two}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => (later.value = new Set([...later.value, keyOf(pile, pair)]))}
        >
          {text.sort.later}
        </button>
      </div>
    </section>
  );
}
