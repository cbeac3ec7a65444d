import { choice, net } from '../../network/network.js';
import { text } from '../../text.js';
import { Accuracy } from './accuracy.js';
import { Bytes } from './bytes.js';
import { Facts } from './facts.js';
import { ForgetEverything } from './forget-everything.js';
import { NetworkChoice } from './network-choice.js';
import { Speed } from './speed.js';

/** What runs here, what it was measured to do, and what it must not be used for. */
export function Numbers() {
  const open = net.value;
  return (
    <>
      <header class="opening">
        <h1>{text.numbers.title}</h1>
        <p>{text.numbers.lead}</p>
      </header>
      <div class="chapters">
        <NetworkChoice />
        {open && <Facts key={choice.value.name} net={open} />}
        {open && <Accuracy net={open} />}
        <section>
          <h2>{text.numbers.misuse}</h2>
          <ul class="rules">
            {text.numbers.misuses.map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        </section>
        <Speed />
        <Bytes />
        <ForgetEverything />
      </div>
    </>
  );
}
