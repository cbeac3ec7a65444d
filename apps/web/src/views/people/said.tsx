import { corrections, people, statements, withPeople } from '../../people/people.js';
import type { ListedCorrection, PeopleService } from '../../people/service.js';
import type { KeptStatement } from '../../people/statement.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { More } from '../../ui/more.js';
import { Picture } from '../../ui/picture.js';
import type { Remote } from '../../workers/remote.js';

/** Something that was said, wherever. */
interface Word {
  readonly id: string;
  readonly added: number;
  readonly picture: Blob | undefined;
  readonly sentence: string;
  readonly where: string;
  readonly takeBack: (service: Remote<PeopleService>) => Promise<void>;
}

/** All that was said of faces, the last word first, to be seen and taken back. */
export function SaidOfFaces() {
  const words = [...corrections.value.map(ofCamera), ...(statements.value ?? []).map(ofPhotos)];
  words.sort((a, b) => b.added - a.added);
  const takeBack = async (word: Word): Promise<void> => {
    await withPeople(word.takeBack);
    announce(text.said.takenBack(word.sentence));
  };
  return (
    <section class="said" aria-labelledby="said">
      <h2 id="said">{text.said.title}</h2>
      <p>{words.length === 0 ? text.said.none : text.said.lead}</p>
      <More class="statements" entries={words}>
        {(word) => (
          <li key={word.id}>
            <Picture picture={word.picture} alt="" />
            <div>
              <p>{word.sentence}</p>
              <p class="hint">
                <time dateTime={new Date(word.added).toISOString()}>{text.said.date(word.added)}</time>, {word.where}
              </p>
            </div>
            <button
              type="button"
              class="quiet"
              aria-label={`${text.said.takeBack}: ${word.sentence}`}
              onClick={() => void takeBack(word)}
            >
              {text.said.takeBack}
            </button>
          </li>
        )}
      </More>
    </section>
  );
}

const ofCamera = ({ id, added, picture, says, name = text.said.somebody }: ListedCorrection): Word => ({
  ...{ id, added, picture, where: text.said.of.camera },
  sentence: {
    is: text.said.is(name, 1),
    'is not': text.said.isNot(name),
    'not a face': text.said.notFace,
    ignore: text.said.ignore(1),
  }[says],
  takeBack: (service) => service.takeBack(id),
});

const ofPhotos = (said: KeptStatement): Word => ({
  ...{ id: said.id, added: said.added, picture: said.picture, where: text.said.of.photos },
  sentence: sentenceOf(said),
  takeBack: (service) => service.unsay([said.id]),
});

function sentenceOf(said: KeptStatement): string {
  const count = said.faces.length;
  switch (said.says) {
    case 'is':
      return said.person ? text.said.is(nameOf(said.person), count) : text.said.nameless(count);
    case 'is not':
      return text.said.isNot(nameOf(said.person));
    case 'one':
      return text.said.one(count);
    case 'apart':
      return text.said.apart(count - 1);
    case 'two':
      return text.said.two;
    case 'not a face':
      return text.said.notFace;
    case 'ignore':
      return text.said.ignore(count);
  }
}

const nameOf = (person: string): string => people.value?.find(({ id }) => id === person)?.name ?? text.said.somebody;
