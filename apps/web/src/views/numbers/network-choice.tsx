import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { type Choice, choice, openNetwork } from '../../network/network.js';
import { networks } from '../../network/networks.js';
import { keep } from '../../settings.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { DropArea, FileButton } from '../../ui/files.js';

/** Which network computes, one of one's own included, and in which form. */
export function NetworkChoice() {
  const problem = useSignal('');
  const field = useId();
  const open = async (wanted: Choice): Promise<void> => {
    problem.value = '';
    try {
      await openNetwork(wanted);
      keep({ strict: wanted.strict, ...(wanted.bytes ? {} : { network: wanted.name }) });
      announce(text.network.ready(wanted.name));
    } catch (cause) {
      problem.value = text.numbers.ownFailed((cause as Error).message);
    }
  };
  const own = async ([file]: File[]): Promise<void> => {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    await open({ name: file.name, bytes, strict: choice.value.strict });
  };
  const { name, bytes, strict } = choice.value;
  return (
    <DropArea class="chapter" label={text.numbers.network} onFiles={(files) => void own(files)}>
      <h2>{text.numbers.network}</h2>
      <label for={field}>{text.numbers.choose}</label>
      <select
        id={field}
        value={name}
        onChange={({ currentTarget }) => void open({ name: currentTarget.value, strict })}
      >
        {networks.map((each) => (
          <option key={each.name}>{each.name}</option>
        ))}
        {bytes && <option>{name}</option>}
      </select>
      <p>
        {text.numbers.own}{' '}
        <FileButton accept=".pnet" onFiles={(files) => void own(files)}>
          {text.numbers.ownChoose}
        </FileButton>
      </p>
      <fieldset>
        <legend>{text.numbers.form}</legend>
        {[false, true].map((each) => (
          <label key={String(each)}>
            <input
              type="radio"
              name="form"
              checked={strict === each}
              onChange={() => void open({ name, bytes, strict: each })}
            />
            {each ? text.numbers.strict : text.numbers.fast}
          </label>
        ))}
      </fieldset>
      {problem.value && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </DropArea>
  );
}
