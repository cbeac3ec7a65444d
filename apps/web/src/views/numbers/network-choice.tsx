import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { type Choice, choice, openNetwork } from '../../network/network.js';
import { networks } from '../../network/networks.js';
import { dropOwn, keepOwn, ownBytes, ownNetwork } from '../../network/own-network.js';
import { keep } from '../../settings.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { DropArea, FileButton } from '../../ui/files.js';

/** Which network computes, one of one's own included, and in which form. */
export function NetworkChoice() {
  const problem = useSignal('');
  const field = useId();
  const open = async (wanted: Choice): Promise<boolean> => {
    problem.value = '';
    try {
      await openNetwork(wanted);
      keep({ strict: wanted.strict, network: wanted.name });
      announce(text.network.ready(wanted.name));
      return true;
    } catch (cause) {
      problem.value = text.numbers.ownFailed((cause as Error).message);
      return false;
    }
  };
  const take = async ([file]: File[]): Promise<void> => {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!(await open({ name: file.name, bytes, strict: choice.value.strict }))) return;
    await keepOwn(file.name, bytes).catch((cause: Error) => {
      problem.value = text.numbers.ownUnkept(cause.message);
    });
  };
  const choose = async (wanted: string): Promise<void> => {
    const bytes = wanted === ownNetwork.value ? await ownBytes() : undefined;
    await open({ name: wanted, bytes, strict: choice.value.strict });
  };
  const drop = async (): Promise<void> => {
    if (choice.value.name === ownNetwork.value) await choose(networks[0]?.name ?? '');
    await dropOwn();
  };
  const { name, bytes, strict } = choice.value;
  const own = ownNetwork.value ?? (bytes && name);
  return (
    <DropArea class="chapter" label={text.numbers.network} onFiles={(files) => void take(files)}>
      <h2>{text.numbers.network}</h2>
      <label for={field}>{text.numbers.choose}</label>
      <select id={field} value={name} onChange={({ currentTarget }) => void choose(currentTarget.value)}>
        {networks.map((each) => (
          <option key={each.name}>{each.name}</option>
        ))}
        {own && <option>{own}</option>}
      </select>
      <p>
        {text.numbers.own}{' '}
        <FileButton accept=".pnet" onFiles={(files) => void take(files)}>
          {text.numbers.ownChoose}
        </FileButton>
      </p>
      {ownNetwork.value && (
        <p>
          {text.numbers.ownKept(ownNetwork.value)}{' '}
          <button type="button" class="quiet" onClick={() => void drop()}>
            {text.numbers.ownDrop}
          </button>
        </p>
      )}
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
