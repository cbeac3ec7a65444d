import { text } from '../../text.js';

export function Sort() {
  return (
    <header class="opening">
      <h1>{text.sort.title}</h1>
      <p>{text.sort.lead}</p>
    </header>
  );
}
