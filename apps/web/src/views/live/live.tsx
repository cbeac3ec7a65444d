import { text } from '../../text.js';

export function Live() {
  return (
    <header class="opening">
      <h1>{text.live.title}</h1>
      <p>{text.live.lead}</p>
    </header>
  );
}
