import { text } from '../text.js';
import { drawnPeople } from './people.js';

/** Drawn people as a contact sheet; each picture can be chosen. */
export function DemoStrip({ onChoose }: { onChoose: (picture: Blob, name: string) => void }) {
  const choose = async (address: string, name: string): Promise<void> => {
    const answer = await fetch(address);
    onChoose(await answer.blob(), name);
  };
  return (
    <section class="strip" aria-label={text.compare.demo}>
      <p>{text.compare.demo}</p>
      <ul>
        {drawnPeople.flatMap(({ name, pictures }) =>
          pictures.map((address, index) => {
            const label = text.compare.demoPhoto(name, index + 1);
            return (
              <li key={address}>
                <button type="button" onClick={() => void choose(address, label)}>
                  <img src={address} alt={label} width="72" height="72" />
                </button>
              </li>
            );
          }),
        )}
      </ul>
    </section>
  );
}
