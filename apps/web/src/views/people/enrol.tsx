import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { people } from '../../people/people.js';
import { text } from '../../text.js';
import { CameraDialog } from '../../ui/camera.js';
import { DropArea, FileButton } from '../../ui/files.js';
import { Pixels } from '../../ui/pixels.js';
import { addShots, dropShot, type Likeness, likeness, looking, name, save, shots } from './draft.js';

/** Somebody who is called so already. */
function namesake(given: string): Likeness | undefined {
  const called = given.trim().toLocaleLowerCase();
  const known = people.value?.find((each) => each.name.toLocaleLowerCase() === called);
  return known && { person: known.id, name: known.name, sentence: text.people.known(known.name) };
}

/** Somebody new: a name, a few photos, and what is to be said of each. */
export function Enrol() {
  const camera = useSignal(false);
  const problem = useSignal('');
  const field = useId();
  const ready = shots.value.some(({ template }) => template) && looking.value === 0;
  const like = likeness.value ?? namesake(name.value);
  const saving = async (known?: typeof like): Promise<void> => {
    problem.value = '';
    await save(known).catch((cause: Error) => {
      problem.value = cause.message;
    });
  };
  return (
    <DropArea class="enrol" label={text.people.add} onFiles={(files) => void addShots(files)}>
      <h2>{text.people.add}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && name.value.trim()) void saving();
        }}
      >
        <label for={field}>{text.people.name}</label>
        <input
          id={field}
          autocomplete="off"
          value={name}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        />
        <p class="hint">{text.people.shotsHint}</p>
        <div class="actions">
          <FileButton accept="image/*" many onFiles={(files) => void addShots(files)}>
            {text.people.addFiles}
          </FileButton>
          <button
            type="button"
            onClick={() => {
              camera.value = true;
            }}
          >
            {text.people.useCamera}
          </button>
        </div>
        <ul class="shots" aria-label={text.people.shots}>
          {shots.value.map(({ id, name: file, crop, template, note }) => (
            <li key={id} class={template ? 'taken' : 'refused'}>
              {crop ? <Pixels image={crop} label={file} /> : <div class="blank" />}
              <div>
                <p class="file">{file}</p>
                <p>{note}</p>
                <button type="button" class="quiet" onClick={() => void dropShot(id)}>
                  {text.people.drop}
                </button>
              </div>
            </li>
          ))}
          {looking.value > 0 && <li class="looking">{text.well.looking}</li>}
        </ul>
        {like && (
          <div class="warning" role="alert">
            <p>{like.sentence}</p>
            <button type="button" disabled={!ready} onClick={() => void saving(like)}>
              {text.people.addTo(like.name)}
            </button>
          </div>
        )}
        {problem.value && <p class="problem">{problem}</p>}
        <div class="actions">
          <button type="submit" class="primary" disabled={!ready || name.value.trim() === ''}>
            {like ? text.people.saveAnyway : text.people.save}
          </button>
        </div>
      </form>
      {camera.value && (
        <CameraDialog
          onShot={(picture) => void addShots([picture])}
          onClose={() => {
            camera.value = false;
          }}
        />
      )}
    </DropArea>
  );
}
