import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { text } from '../../text.js';
import { Dialog } from '../../ui/dialog.js';
import { Picture } from '../../ui/picture.js';
import { type Group, groups, likest, nameOf } from './groups.js';
import type { Pile } from './pile.js';
import { problem, unite } from './say.js';

/** So many of the groups that are most like it are offered. */
const OFFERED = 48;

/** Which group is it the same as? Those come first that look most like it. */
export function SameAs({ group, pile, onClose }: { group: Group; pile: Pile; onClose: () => void }) {
  const others = useSignal<readonly Group[]>([]);
  useEffect(() => {
    const all = groups.value ?? [];
    void likest(
      group,
      all.filter((other) => other !== group),
    ).then((sorted) => {
      others.value = sorted.slice(0, OFFERED);
    });
  }, []);
  const choose = (other: Group): void => {
    unite(group, other).catch((cause: Error) => {
      problem.value = cause.message;
    });
    onClose();
  };
  return (
    <Dialog title={text.sort.togetherTitle} onClose={onClose} wide>
      <ul class="choices">
        {others.value.map((other) => (
          <li key={other.faces[0]}>
            <button type="button" onClick={() => choose(other)}>
              <Picture picture={pile.faces[other.faces[0] ?? -1]?.picture} alt="" />
              <span>{nameOf(other) || text.people.photos(other.faces.length)}</span>
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
