import { useSignal } from '@preact/signals';
import { elsewhere, takePeople, trouble } from '../people/people.js';
import { text } from '../text.js';

/** Why the people cannot be opened, and what can be done about it; nothing where they can. */
export function Trouble() {
  const busy = useSignal(false);
  if (trouble.value === undefined) return null;
  if (!elsewhere.value) return <p class="problem">{text.people.trouble(trouble.value)}</p>;
  const take = async (): Promise<void> => {
    busy.value = true;
    await takePeople().finally(() => {
      busy.value = false;
    });
  };
  return (
    <div class="actions">
      <p class="problem">{trouble}</p>
      <button type="button" disabled={busy} onClick={() => void take()}>
        {text.people.takeOver}
      </button>
    </div>
  );
}
