import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { openPeople, people } from '../../people/people.js';
import { keep, settings } from '../../settings.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { useCamera } from '../../ui/camera.js';
import { Faces } from '../../ui/faces.js';
import { Trouble } from '../../ui/trouble.js';
import { FaceInPicture, label } from './face.js';
import { pace, size, watch, watched } from './watch.js';

/** Who is in front of the camera. */
export function Live() {
  const accepted = useSignal(settings().accepted === true);
  const running = useSignal(false);
  useEffect(() => {
    void openPeople();
  }, []);
  return (
    <>
      <header class="opening">
        <h1>{text.live.title}</h1>
        <p>{text.live.lead}</p>
        {people.value?.length === 0 && <p>{text.live.nobody}</p>}
        <Trouble />
      </header>
      {!accepted.value ? (
        <Consent
          onAccept={() => {
            keep({ accepted: true });
            accepted.value = true;
          }}
        />
      ) : running.value ? (
        <Watching onStop={() => (running.value = false)} />
      ) : (
        <div class="pile">
          <button type="button" class="primary" onClick={() => (running.value = true)}>
            {text.live.start}
          </button>
        </div>
      )}
    </>
  );
}

function Consent({ onAccept }: { onAccept: () => void }) {
  return (
    <section class="consent">
      <h2>{text.consent.title}</h2>
      <p>{text.consent.lead}</p>
      <ul class="rules">
        {text.numbers.misuses.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="primary" onClick={onAccept}>
          {text.consent.accept}
        </button>
        <a href="#numbers">{text.consent.card}</a>
      </div>
    </section>
  );
}

function Watching({ onStop }: { onStop: () => void }) {
  const { video, running, problem } = useCamera();
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    if (!running || !video.current) return;
    let ended = false;
    watch(video.current, () => ended).catch((cause: Error) => {
      setTrouble(cause.message);
      announce(cause.message);
    });
    return () => {
      ended = true;
    };
  }, [running]);
  const { width, height } = size.value;
  const shown = watched.value;
  const now = pace.value;
  return (
    <div class="watching">
      <div class="camera">
        <Faces
          {...{ width, height }}
          spots={shown.map(({ track, decided }) => ({
            ...{ face: track.face, label: label(decided), chosen: decided.is === 'named' },
            note: <span class={decided.is}>{label(decided)}</span>,
          }))}
        >
          <video ref={video} playsInline muted />
        </Faces>
        {!running && <p>{problem || text.camera.starting}</p>}
      </div>
      <p class="pace">
        {trouble && <span class="problem">{trouble}</span>}
        {now && (
          <>
            <b>{text.live.rate(now.fps.toFixed(1))}</b> {text.live.stages(now.detect.toFixed(0), now.embed.toFixed(0))}
          </>
        )}
        <button type="button" onClick={onStop}>
          {text.live.stop}
        </button>
      </p>
      <section class="present" aria-labelledby="present">
        <h2 class="unseen" id="present">
          {text.live.faces}
        </h2>
        {shown.length === 0 && <p class="hint">{text.live.noFaces}</p>}
        <ul>
          {shown.map((each) => (
            <FaceInPicture key={each.track.id} watched={each} />
          ))}
        </ul>
      </section>
    </div>
  );
}
