import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { Picture } from '../../ui/picture.js';
import { type Group, guesses, nameOf, nameOfPerson } from './groups.js';
import { PhotoOfFace } from './photo-of-face.js';
import type { Pile } from './pile.js';
import { SameAs } from './same-as.js';
import { ignore, name, nameAs, notFace, notPerson, notThis, problem } from './say.js';

/** How many faces of a group are shown before one asks for all. */
const FEW = 18;

/** Where the names of known people are listed for every field of a name. */
export const NAMES = 'names-of-people';

type Asked = 'same as' | 'photo';

/** One person of the pile: name, faces by doubt, corrections. */
export function GroupEntry({ group, nth, pile }: { group: Group; nth: number; pile: Pile }) {
  const chosen = useSignal<number | undefined>(undefined);
  const all = useSignal(false);
  const asking = useSignal<Asked | undefined>(undefined);
  const field = useId();
  const called = nameOf(group);
  const shown = all.value ? group.faces : few(group.faces);
  const photoOf = (face: number): string => pile.photos[pile.faces[face]?.photo ?? -1]?.name ?? '';
  const face = chosen.value !== undefined && group.faces.includes(chosen.value) ? chosen.value : undefined;
  const rename = async (given: string): Promise<void> => {
    if (given === called) return;
    if (await said(name(group, given))) announce(given ? text.sort.named(given) : text.sort.unnamed);
  };
  return (
    <li class="group">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void rename(String(new FormData(event.currentTarget).get('name') ?? '').trim());
        }}
      >
        <label for={field}>{text.sort.name(group.faces.length)}</label>
        <div class="naming">
          <input
            id={field}
            name="name"
            autocomplete="off"
            list={NAMES}
            placeholder={text.sort.nameHint}
            defaultValue={called}
            key={called}
          />
          <button type="submit">{text.people.save}</button>
          <button type="button" class="quiet" onClick={() => (asking.value = 'same as')}>
            {text.sort.together}
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={text.sort.ignoreGroup(called || text.sort.group(nth))}
            onClick={() => void said(ignore(group))}
          >
            {text.sort.ignore}
          </button>
        </div>
      </form>
      <Guess group={group} />
      <ul class="sheet" aria-label={called || text.sort.group(nth)}>
        {shown.map((each) => (
          <li key={each}>
            <button
              type="button"
              aria-pressed={face === each}
              onClick={() => (chosen.value = face === each ? undefined : each)}
            >
              <Picture picture={pile.faces[each]?.picture} alt={photoOf(each)} />
            </button>
          </li>
        ))}
      </ul>
      {shown.length < group.faces.length && (
        <button type="button" class="quiet" onClick={() => (all.value = true)}>
          {text.sort.all(group.faces.length)}
        </button>
      )}
      {face !== undefined && (
        <p class="chosen">
          <span>{photoOf(face)}</span>
          <button type="button" class="quiet" onClick={() => (asking.value = 'photo')}>
            {text.sort.photo}
          </button>
          {group.faces.length > 1 && (
            <button type="button" class="quiet" onClick={() => void said(notThis(group, face))}>
              {text.sort.notThis}
            </button>
          )}
          <button type="button" class="quiet" onClick={() => void said(notFace(face))}>
            {text.sort.notFace}
          </button>
        </p>
      )}
      {asking.value === 'same as' && <SameAs group={group} pile={pile} onClose={() => (asking.value = undefined)} />}
      {asking.value === 'photo' && face !== undefined && (
        <PhotoOfFace face={face} pile={pile} onClose={() => (asking.value = undefined)} />
      )}
    </li>
  );
}

/** Who it may be of those who are known: to be confirmed, or not. */
function Guess({ group }: { group: Group }) {
  const person = guesses.value.get(group.faces[0] ?? -1);
  const called = person === undefined ? undefined : nameOfPerson(person);
  if (person === undefined || called === undefined || group.person !== undefined) return null;
  const confirm = async (): Promise<void> => {
    if (await said(nameAs(group, person))) announce(text.sort.named(called));
  };
  return (
    <p class="guess">
      <span>{text.sort.guess(called)}</span>
      <button type="button" onClick={() => void confirm()}>
        {text.sort.yes}
      </button>
      <button type="button" class="quiet" onClick={() => void said(notPerson(group, person))}>
        {text.live.notThis(called)}
      </button>
    </p>
  );
}

/** Whether it could be said; else the page shows why. */
async function said(saying: Promise<void>): Promise<boolean> {
  try {
    await saying;
    return true;
  } catch (cause) {
    problem.value = (cause as Error).message;
    return false;
  }
}

/** The surest faces, and the most doubtful ones. */
const few = (faces: readonly number[]): readonly number[] =>
  faces.length <= FEW ? faces : [...faces.slice(0, FEW / 2), ...faces.slice(-FEW / 2)];
