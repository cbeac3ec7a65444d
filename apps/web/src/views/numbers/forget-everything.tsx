import { useSignal } from '@preact/signals';
import { forgetEverything } from '../../forget.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';

/** One click, and nothing of the page is left in the browser. */
export function ForgetEverything() {
  const gone = useSignal(false);
  const problem = useSignal('');
  const forget = async (): Promise<void> => {
    try {
      await forgetEverything();
      gone.value = true;
      announce(text.numbers.forgotten);
    } catch (cause) {
      problem.value = (cause as Error).message;
    }
  };
  return (
    <section>
      <h2>{text.numbers.forget}</h2>
      <p>{text.numbers.forgetLead}</p>
      <div class="actions">
        <button type="button" class="final" onClick={() => void forget()}>
          {text.numbers.forgetDo}
        </button>
      </div>
      <p class="status">{gone.value ? text.numbers.forgotten : <span class="problem">{problem}</span>}</p>
    </section>
  );
}
