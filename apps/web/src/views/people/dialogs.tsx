import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { people, withPeople } from '../../people/people.js';
import type { ListedPerson, PeopleService } from '../../people/service.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { Dialog } from '../../ui/dialog.js';
import { Picture } from '../../ui/picture.js';
import type { Remote } from '../../workers/remote.js';

interface Asked {
  readonly person: ListedPerson;
  readonly onClose: () => void;
}

/** A question about somebody, which ends in doing something or not. */
function Question(
  props: Asked & {
    title: string;
    lead?: string;
    action: string;
    final?: boolean;
    ready?: boolean;
    act: (service: Remote<PeopleService>) => Promise<unknown>;
    done?: string;
    children?: ComponentChildren;
  },
) {
  const problem = useSignal('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await withPeople(props.act);
      if (props.done) announce(props.done);
      props.onClose();
    } catch (cause) {
      problem.value = (cause as Error).message;
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        {props.lead && <p>{props.lead}</p>}
        {props.children}
        {problem.value && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="submit" class={props.final ? 'final' : 'primary'} disabled={props.ready === false}>
            {props.action}
          </button>
          <button type="button" onClick={props.onClose}>
            {text.people.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function RenameDialog({ person, onClose }: Asked) {
  const name = useSignal(person.name);
  const field = useId();
  return (
    <Question
      {...{ person, onClose }}
      title={text.people.renameTitle(person.name)}
      action={text.people.rename}
      ready={name.value.trim() !== ''}
      act={(service) => service.rename(person.id, name.value.trim())}
    >
      <label for={field}>{text.people.name}</label>
      <input id={field} autocomplete="off" value={name} onInput={(event) => (name.value = event.currentTarget.value)} />
    </Question>
  );
}

export function MergeDialog({ person, onClose }: Asked) {
  const others = (people.value ?? []).filter(({ id }) => id !== person.id);
  const into = useSignal<ListedPerson | undefined>(undefined);
  return (
    <Question
      {...{ person, onClose }}
      title={text.people.mergeTitle(person.name)}
      lead={others.length === 0 ? text.people.alone : text.people.mergeLead(person.name)}
      action={into.value ? text.people.mergeInto(into.value.name) : text.people.merge}
      ready={into.value !== undefined}
      act={(service) => service.merge(into.value?.id ?? '', person.id)}
    >
      <ul class="choices">
        {others.map((other) => (
          <li key={other.id}>
            <label>
              <input type="radio" name="into" onChange={() => (into.value = other)} />
              <Picture picture={other.shots[0]?.crop} alt="" />
              {other.name}
            </label>
          </li>
        ))}
      </ul>
    </Question>
  );
}

/** The photos of somebody, to choose some of them. */
function ShotChoice({ person, chosen }: { person: ListedPerson; chosen: Signal<readonly string[]> }) {
  const toggle = (id: string): void => {
    chosen.value = chosen.value.includes(id) ? chosen.value.filter((each) => each !== id) : [...chosen.value, id];
  };
  return (
    <ul class="choices">
      {person.shots.map(({ id, crop }, index) => (
        <li key={id}>
          <label>
            <input type="checkbox" checked={chosen.value.includes(id)} onChange={() => toggle(id)} />
            <Picture picture={crop} alt="" />
            {text.people.shot(index + 1)}
          </label>
        </li>
      ))}
    </ul>
  );
}

export function SplitDialog({ person, onClose }: Asked) {
  const name = useSignal('');
  const moved = useSignal<readonly string[]>([]);
  const field = useId();
  return (
    <Question
      {...{ person, onClose }}
      title={text.people.splitTitle(person.name)}
      lead={text.people.splitLead}
      action={text.people.split}
      ready={name.value.trim() !== '' && moved.value.length > 0 && moved.value.length < person.shots.length}
      act={(service) => service.split(person.id, moved.value, name.value.trim())}
    >
      <ShotChoice person={person} chosen={moved} />
      <label for={field}>{text.people.splitName}</label>
      <input id={field} autocomplete="off" value={name} onInput={(event) => (name.value = event.currentTarget.value)} />
    </Question>
  );
}

export function EraseDialog({ person, onClose }: Asked) {
  const gone = useSignal<readonly string[]>([]);
  return (
    <Question
      {...{ person, onClose }}
      title={text.people.eraseTitle(person.name)}
      lead={text.people.eraseLead}
      action={text.people.eraseDo(gone.value.length)}
      final
      ready={gone.value.length > 0}
      act={(service) => service.removeShots(person.id, gone.value)}
      done={text.people.erased(person.name)}
    >
      <ShotChoice person={person} chosen={gone} />
    </Question>
  );
}

export function ForgetDialog({ person, onClose }: Asked) {
  return (
    <Question
      {...{ person, onClose }}
      title={text.people.forgetTitle(person.name)}
      lead={text.people.forgetLead}
      action={text.people.forgetDo(person.name)}
      final
      act={(service) => service.forget(person.id)}
      done={text.people.forgotten(person.name)}
    />
  );
}
