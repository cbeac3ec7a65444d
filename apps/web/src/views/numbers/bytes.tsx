import { opened } from '../../network/network.js';
import { text } from '../../text.js';

/** What the page has loaded. */
export function Bytes() {
  const now = opened.value;
  const networks = now.state === 'ready' ? now.bytes : 0;
  const entries = performance.getEntries() as (PerformanceEntry & { transferSize?: number })[];
  const all = entries.reduce((sum, { transferSize = 0 }) => sum + transferSize, 0);
  return (
    <section>
      <h2>{text.numbers.bytes}</h2>
      <p>{text.numbers.bytesLead(text.numbers.kilobytes(networks), text.numbers.kilobytes(all))}</p>
    </section>
  );
}
