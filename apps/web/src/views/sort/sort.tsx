import { useEffect } from 'preact/hooks';
import { drawnPeople } from '../../demo/people.js';
import { people as known, openPeople } from '../../people/people.js';
import { text } from '../../text.js';
import { DropArea, FileButton } from '../../ui/files.js';
import { More } from '../../ui/more.js';
import { saveFile } from '../../ui/save-file.js';
import { Trouble } from '../../ui/trouble.js';
import { GroupEntry, NAMES } from './group.js';
import { type Group, groups, peopleAmong, shift } from './groups.js';
import { cancel, clear, pile, progress, readPile } from './pile.js';
import { resultOf } from './result.js';
import { Review } from './review.js';
import { canUndo, problem, takeBackNewest } from './say.js';

/** A folder of photos, grouped by who is in them. */
export function Sort() {
  useEffect(() => {
    void openPeople(); // who is known, and what was said of photos before
  }, []);
  return (
    <>
      <header class="opening">
        <h1>{text.sort.title}</h1>
        <p>{text.sort.lead}</p>
        <Trouble />
      </header>
      {progress.value ? <Reading /> : pile.value ? <Sorted /> : <Empty />}
    </>
  );
}

function Empty() {
  const read = (files: File[]): void => void readPile(files);
  const demo = async (): Promise<void> => {
    const files = drawnPeople.flatMap(({ pictures }) =>
      pictures.map(async (address) => {
        const picture = await fetch(address).then((answer) => answer.blob());
        return new File([picture], address.split('/').at(-1) ?? '');
      }),
    );
    await readPile(await Promise.all(files));
  };
  return (
    <DropArea class="pile" label={text.sort.choose} onFiles={read}>
      <p class="big">{text.well.empties}</p>
      <div class="actions">
        <FileButton accept="image/*" many onFiles={read}>
          {text.sort.choose}
        </FileButton>
        <FileButton accept="image/*" folder onFiles={read}>
          {text.sort.folder}
        </FileButton>
        <button type="button" class="quiet" onClick={() => void demo()}>
          {text.sort.demo}
        </button>
      </div>
    </DropArea>
  );
}

function Reading() {
  const { done, of, left } = progress.value ?? { done: 0, of: 0, left: 0 };
  const words = text.sort.progress(done, of, Number.isFinite(left) ? text.sort.left(left) : '');
  return (
    <div class="pile">
      <progress value={done} max={of} aria-label={text.sort.choose} />
      <p class="status">{words}</p>
      <button type="button" onClick={cancel}>
        {text.sort.cancel}
      </button>
    </div>
  );
}

function Sorted() {
  const read = pile.value;
  const found = groups.value;
  if (!read) return null;
  const people = found?.filter(({ faces }) => faces.length > 1) ?? [];
  const entry = (group: Group, index: number) => (
    <GroupEntry key={group.faces[0]} {...{ group, pile: read }} nth={index + 1} />
  );
  const single = found?.filter(({ faces }) => faces.length === 1) ?? [];
  return (
    <div class="sorted" aria-busy={found === undefined}>
      <div class="tools">
        <p>
          {text.sort.summary(peopleAmong(found ?? []), read.faces.length, read.photos.length)}
          {read.skipped > 0 && ` ${text.sort.skipped(read.skipped)}`}
        </p>
        <label class="strictness">
          {text.sort.strictness}
          <span>
            {text.sort.looser}
            <input
              type="range"
              min="-0.2"
              max="0.2"
              step="0.05"
              value={shift}
              onChange={(event) => (shift.value = Number(event.currentTarget.value))}
            />
            {text.sort.stricter}
          </span>
        </label>
        <div class="actions">
          <button type="button" disabled={!canUndo.value} onClick={() => void takeBackNewest()}>
            {text.sort.undo}
          </button>
          <button
            type="button"
            class="primary"
            onClick={() =>
              saveFile(new Blob([resultOf(read, found ?? [])], { type: 'application/json' }), 'people.json')
            }
          >
            {text.sort.download}
          </button>
          <button type="button" onClick={clear}>
            {text.sort.again}
          </button>
        </div>
      </div>
      {problem.value && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <Review pile={read} />
      <datalist id={NAMES}>
        {known.value?.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
      <p class="hint">{text.sort.doubt}</p>
      <More class="groups" entries={people}>
        {entry}
      </More>
      {single.length > 0 && <h2>{text.sort.single}</h2>}
      <More class="groups singles" entries={single}>
        {entry}
      </More>
    </div>
  );
}
