import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { askPeople, withPeople } from '../../people/people.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { FileButton } from '../../ui/files.js';
import { saveFile } from '../../ui/save-file.js';

/** All people as one encrypted file, out and in. */
export function TakeAlong() {
  const passphrase = useSignal('');
  const said = useSignal('');
  const field = useId();
  const say = (sentence: string): void => {
    said.value = sentence;
    announce(sentence);
  };
  const leave = async (): Promise<void> => {
    const file = await askPeople((service) => service.export(passphrase.value));
    saveFile(new Blob([Uint8Array.from(file)]), text.people.exportName);
    say(text.people.exported);
  };
  const enter = async ([file]: File[]): Promise<void> => {
    if (!file) return;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const count = await withPeople((service) => service.import(bytes, passphrase.value));
      say(text.people.imported(count));
    } catch (cause) {
      say(text.people.wrong((cause as Error).message));
    }
  };
  const empty = passphrase.value === '';
  return (
    <section class="along">
      <h2>{text.people.file}</h2>
      <p>{text.people.fileLead}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!empty) void leave();
        }}
      >
        <label for={field}>{text.people.passphrase}</label>
        <input
          id={field}
          type="password"
          autocomplete="new-password"
          value={passphrase}
          onInput={(event) => (passphrase.value = event.currentTarget.value)}
        />
        <div class="actions">
          <button type="submit" disabled={empty}>
            {text.people.export}
          </button>
          <FileButton accept=".pocketnet" onFiles={(files) => void enter(files)}>
            {text.people.import}
          </FileButton>
        </div>
        <p class="status">{said}</p>
      </form>
    </section>
  );
}
