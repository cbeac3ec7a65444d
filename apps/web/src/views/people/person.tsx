import { useSignal } from '@preact/signals';
import type { ListedPerson } from '../../people/service.js';
import { text } from '../../text.js';
import { Picture } from '../../ui/picture.js';
import { EraseDialog, ForgetDialog, MergeDialog, RenameDialog, SplitDialog } from './dialogs.js';

const dialogs = {
  rename: RenameDialog,
  merge: MergeDialog,
  split: SplitDialog,
  erase: EraseDialog,
  forget: ForgetDialog,
};
type Question = keyof typeof dialogs;

/** Somebody who is known: their photos, and what can be done. */
export function PersonEntry({ person }: { person: ListedPerson }) {
  const asking = useSignal<Question | undefined>(undefined);
  const Asked = asking.value && dialogs[asking.value];
  const questions = (Object.keys(dialogs) as Question[]).filter((each) => each !== 'split' || person.shots.length > 1);
  const hidden = person.shots.some(({ searchable }) => !searchable);
  return (
    <li class="person">
      <div class="sheet">
        {person.shots.map(({ id, crop }, index) => (
          <Picture key={id} picture={crop} alt={`${person.name}, ${text.people.shot(index + 1)}`} />
        ))}
      </div>
      <h3>{person.name}</h3>
      <p class="hint">
        {text.people.photos(person.shots.length)}
        {hidden && `, ${text.people.otherModel}`}
      </p>
      <div class="actions">
        {questions.map((question) => (
          <button
            key={question}
            type="button"
            class="quiet"
            aria-label={`${text.people[question]}: ${person.name}`}
            onClick={() => {
              asking.value = question;
            }}
          >
            {text.people[question]}
          </button>
        ))}
      </div>
      {Asked && (
        <Asked
          person={person}
          onClose={() => {
            asking.value = undefined;
          }}
        />
      )}
    </li>
  );
}
