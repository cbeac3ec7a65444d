import type { Comparison } from '../compare/index.js';
import { openPocketNet } from '../open.js';
import type { PocketNet } from '../pocketnet.js';
import type { Template } from '../template.js';
import { style } from './style.js';

const MARKUP = `
  <div class="photos">
    <label><input type="file" accept="image/*"><img alt="" hidden><span>First photo</span></label>
    <label><input type="file" accept="image/*"><img alt="" hidden><span>Second photo</span></label>
  </div>
  <p role="status"></p>`;

/**
 * `<pocketnet-compare detector="yunet.pnet" embedder="pocketnet-s-128.pnet">`: two photos, by choice or by dropping, and in words whether they
 * show one person. Of each photo the most prominent face counts. It sends `compared` with the {@link Comparison} as its detail, and nothing
 * anywhere else. The networks are loaded when the first photo comes.
 */
export class PocketNetCompare extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #templates: [Template | undefined, Template | undefined] = [undefined, undefined];
  #opening: Promise<PocketNet> | undefined;

  constructor() {
    super();
    this.#root.innerHTML = MARKUP;
    this.#root.adoptedStyleSheets = [style()];
    for (const [index, label] of this.#root.querySelectorAll('label').entries()) {
      const input = label.querySelector('input');
      input?.addEventListener('change', () => void this.#take(index, input.files?.[0]));
      label.addEventListener('dragover', (event) => event.preventDefault());
      label.addEventListener('drop', (event) => {
        event.preventDefault();
        void this.#take(index, event.dataTransfer?.files[0]);
      });
    }
  }

  disconnectedCallback(): void {
    void this.#opening?.then((net) => net.close()).catch(() => undefined); // what could not be opened needs no closing
    this.#opening = undefined;
  }

  async #take(index: number, file: File | undefined): Promise<void> {
    if (!file) return;
    this.#templates[index as 0 | 1] = undefined; // one of the two inputs
    this.#show(index, file);
    this.#say('Looking …');
    try {
      const net = await this.#open();
      const [face] = await net.detect(file);
      if (!face) throw new Error(`${file.name}: no face was found. Take a photo where it is larger.`);
      this.#templates[index as 0 | 1] = await net.embed(net.align(file, face));
      this.#compare(net);
    } catch (cause) {
      this.#say((cause as Error).message);
    }
  }

  #compare(net: PocketNet): void {
    const [a, b] = this.#templates;
    if (!a || !b) {
      this.#say('One more photo.');
      return;
    }
    const comparison: Comparison = net.compare(a, b);
    this.#say(comparison.sentence);
    this.dispatchEvent(new CustomEvent<Comparison>('compared', { detail: comparison, bubbles: true }));
  }

  #open(): Promise<PocketNet> {
    this.#opening ??= Promise.all([this.#bytes('detector'), this.#bytes('embedder')]).then(([detector, embedder]) =>
      openPocketNet({ detector, embedder }),
    );
    this.#opening.catch(() => {
      this.#opening = undefined; // tried again with the next photo
    });
    return this.#opening;
  }

  async #bytes(attribute: 'detector' | 'embedder'): Promise<ArrayBuffer> {
    const address = this.getAttribute(attribute);
    if (address === null) throw new Error(`<pocketnet-compare> needs ${attribute}="…": the address of a .pnet file.`);
    const answer = await fetch(new URL(address, this.baseURI));
    if (!answer.ok) throw new Error(`${address} could not be loaded (${answer.status}): see ${attribute}="…".`);
    return answer.arrayBuffer();
  }

  #show(index: number, file: File): void {
    const image = this.#root.querySelectorAll('img')[index];
    if (!image) return;
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    image.hidden = false;
  }

  #say(sentence: string): void {
    const status = this.#root.querySelector('p');
    if (status) status.textContent = sentence;
  }
}
