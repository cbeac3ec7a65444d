import { useSignal } from '@preact/signals';
import type { Cluster } from 'pocketnet/cluster';
import { useId } from 'preact/hooks';
import { text } from '../../text.js';
import { Dialog } from '../../ui/dialog.js';
import { Picture } from '../../ui/picture.js';
import { groups, name, nameOf, notFace, notThis, unite } from './groups.js';
import type { Pile } from './pile.js';

/** How many faces of a group are shown before one asks for all. */
const FEW = 18;

/** One person of the pile: name, faces by doubt, corrections. */
export function Group({ group, nth, pile }: { group: Cluster; nth: number; pile: Pile }) {
  const chosen = useSignal<number | undefined>(undefined);
  const all = useSignal(false);
  const asking = useSignal(false);
  const field = useId();
  const called = nameOf(group) || text.sort.group(nth);
  const shown = all.value ? group.faces : few(group.faces);
  const photoOf = (face: number): string => pile.photos[pile.faces[face]?.photo ?? -1] ?? '';
  const face = chosen.value;
  return (
    <li class="group">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get('name');
          name(group, String(given ?? '').trim());
        }}
      >
        <label for={field}>{`${text.sort.name} (${text.people.photos(group.faces.length)})`}</label>
        <div class="naming">
          <input
            id={field}
            name="name"
            autocomplete="off"
            placeholder={text.sort.nameHint}
            defaultValue={nameOf(group)}
            key={nameOf(group)}
          />
          <button type="submit">{text.people.save}</button>
          <button type="button" class="quiet" onClick={() => (asking.value = true)}>
            {text.sort.together}
          </button>
        </div>
      </form>
      <ul class="sheet" aria-label={called}>
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
          <button type="button" class="quiet" onClick={() => notThis(group, face)}>
            {text.sort.notThis}
          </button>
          <button type="button" class="quiet" onClick={() => notFace(face)}>
            {text.sort.notFace}
          </button>
        </p>
      )}
      {asking.value && <SameAs group={group} pile={pile} onClose={() => (asking.value = false)} />}
    </li>
  );
}

/** The surest faces, and the most doubtful ones. */
const few = (faces: readonly number[]): readonly number[] =>
  faces.length <= FEW ? faces : [...faces.slice(0, FEW / 2), ...faces.slice(-FEW / 2)];

function SameAs({ group, pile, onClose }: { group: Cluster; pile: Pile; onClose: () => void }) {
  const others = (groups.value ?? []).filter((other) => other !== group);
  return (
    <Dialog title={text.sort.togetherTitle} onClose={onClose}>
      <ul class="choices">
        {others.slice(0, 60).map((other, index) => (
          <li key={other.faces[0]}>
            <button
              type="button"
              onClick={() => {
                unite(group, other);
                onClose();
              }}
            >
              <Picture picture={pile.faces[other.faces[0] ?? -1]?.picture} alt="" />
              {nameOf(other) || text.sort.group(index + 1)}
            </button>
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={onClose}>
          {text.people.cancel}
        </button>
      </div>
    </Dialog>
  );
}
