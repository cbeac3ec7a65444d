import { useSignal } from '@preact/signals';
import type { Face } from 'pocketnet/gallery';
import { useId } from 'preact/hooks';
import { people, withPeople } from '../../people/people.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { Dialog } from '../../ui/dialog.js';
import { Picture } from '../../ui/picture.js';
import { Pixels } from '../../ui/pixels.js';
import type { Decided, Track } from './tracks.js';
import { size, type Watched } from './watch.js';

/** What several frames say, in a word or two. */
export const label = (decided: Decided): string =>
  ({
    deciding: text.live.deciding,
    named: decided.is === 'named' ? decided.name : '',
    unsure: text.live.unsure,
    stranger: text.live.stranger,
  })[decided.is];

/** A face of the picture: who it is, or may be, and what can be said of it. */
export function FaceInPicture({ watched: { track, decided } }: { watched: Watched }) {
  const asking = useSignal(false);
  const refuse = async (person: string): Promise<void> => {
    track.refused.add(person); // at once; what is kept holds from the next look on
    const { template, crop } = track;
    if (!template) return;
    const place = track.said ?? placeOf(track);
    track.said = place;
    await withPeople((service) => service.correct(place, { isNot: person }, template, crop)).catch(tell);
  };
  return (
    <li>
      <Pixels image={track.crop} label={label(decided)} />
      <div>
        <h3>{label(decided)}</h3>
        {decided.is === 'unsure' && (
          <ol aria-label={text.live.candidates}>
            {decided.candidates.map(({ person, name, cosine }) => (
              <li key={person}>
                {name} <span class="hint">{cosine.toFixed(2)}</span>{' '}
                <button type="button" class="quiet" onClick={() => void refuse(person)}>
                  {text.live.notThis(name)}
                </button>
              </li>
            ))}
          </ol>
        )}
        {decided.is === 'named' && (
          <button type="button" class="quiet" onClick={() => void refuse(decided.person)}>
            {text.live.notThis(decided.name)}
          </button>
        )}
        <button type="button" class="quiet" disabled={!track.template} onClick={() => (asking.value = true)}>
          {text.live.thisIs}
        </button>
      </div>
      {asking.value && <ThisIs track={track} onClose={() => (asking.value = false)} />}
    </li>
  );
}

/** Where a face is, as galleries have it. Of a camera no picture comes again: each is called by its time. */
function placeOf({ face: { box } }: Track): Face {
  const { width, height } = size.value;
  const time = new Date().toISOString().slice(0, 23).replace('T', ' ');
  return {
    photo: text.live.picture(time),
    box: [box.x / width, box.y / height, box.width / width, box.height / height],
  };
}

const tell = (cause: Error): void => announce(cause.message);

/** Remembers a face as somebody known, or as somebody new. */
function ThisIs({ track, onClose }: { track: Track; onClose: () => void }) {
  const name = useSignal('');
  const field = useId();
  // As it was when it was asked about: the camera goes on.
  const shot = useSignal({ template: track.template, crop: track.crop, face: placeOf(track), said: track.said });
  const remember = async (who: string | { name: string }, called: string): Promise<void> => {
    const { template, crop, face, said } = shot.value;
    if (!template) return;
    await withPeople((service) => service.thisIs(who, template, crop, { face, said }));
    track.said = said ?? face;
    if (typeof who === 'string') track.refused.delete(who);
    track.looks = [];
    announce(text.live.learned(called));
    onClose();
  };
  return (
    <Dialog title={text.live.thisIsTitle} onClose={onClose}>
      <ul class="choices">
        {people.value?.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => void remember(person.id, person.name)}>
              <Picture picture={person.shots[0]?.crop} alt="" />
              {person.name}
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const called = name.value.trim();
          if (called) void remember({ name: called }, called);
        }}
      >
        <label for={field}>{text.live.somebodyNew}</label>
        <input
          id={field}
          autocomplete="off"
          value={name}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
        <div class="actions">
          <button type="submit" class="primary" disabled={name.value.trim() === ''}>
            {text.people.save}
          </button>
          <button type="button" onClick={onClose}>
            {text.people.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
