import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { drawnPeople } from '../../demo/people.js';
import { whenOpen } from '../../network/network.js';
import { elsewhere, lasting, lastStep, openPeople, people, withPeople } from '../../people/people.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { Trouble } from '../../ui/trouble.js';
import { Enrol } from './enrol.js';
import { PersonEntry } from './person.js';
import { SaidOfFaces } from './said.js';
import { TakeAlong } from './take-along.js';

/** Who is known: added, named, merged, split, forgotten. */
export function People() {
  useEffect(() => {
    void openPeople();
  }, []);
  const known = people.value;
  return (
    <>
      <header class="opening">
        <h1>{text.people.title}</h1>
        <p>{text.people.lead}</p>
        {!lasting.value && <p class="problem">{text.people.unlasting}</p>}
        <Trouble />
      </header>
      <div class="columns">
        <div>
          <Enrol />
          <TakeAlong />
        </div>
        <section class="known" aria-busy={known === undefined}>
          <div class="heading">
            <h2>{known ? text.people.count(known.length) : text.views.people}</h2>
            <Undo />
          </div>
          {known?.length === 0 && <Nobody />}
          <ul class="persons">
            {known?.map((person) => (
              <PersonEntry key={person.id} person={person} />
            ))}
          </ul>
          {!elsewhere.value && <SaidOfFaces />}
        </section>
      </div>
    </>
  );
}

function Undo() {
  if (!lastStep.value) return null;
  const undo = async (): Promise<void> => {
    announce(text.people.undone(await withPeople((service) => service.undo())));
  };
  return (
    <p class="undo">
      {lastStep}{' '}
      <button type="button" class="quiet" onClick={() => void undo()}>
        {text.people.undo}
      </button>
    </p>
  );
}

function Nobody() {
  const busy = useSignal(false);
  const add = async (): Promise<void> => {
    busy.value = true;
    await addDrawnPeople().finally(() => {
      busy.value = false;
    });
  };
  return (
    <div class="nobody">
      <p>{text.people.none}</p>
      <button type="button" disabled={busy} onClick={() => void add()}>
        {text.people.demo}
      </button>
    </div>
  );
}

/** Enrols the people who do not exist, so that there is something to try. */
async function addDrawnPeople(): Promise<void> {
  const net = await whenOpen();
  await withPeople(async (service) => {
    for (const { name, pictures } of drawnPeople) {
      let person: string | undefined;
      for (const address of pictures) {
        const picture = await fetch(address).then((answer) => answer.blob());
        const [face] = await net.detect(picture);
        if (!face) continue;
        const crop = net.align(picture, face);
        person = (await service.enrol(person ?? { name }, await net.embed(crop), crop)).person;
      }
    }
  });
}
