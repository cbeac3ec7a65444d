/** The element's looks: it takes font and colours of its page. Made by script, since policies refuse styles in a page's text. */
export function style(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font: inherit; }
    .photos { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75em; }
    label { position: relative; display: grid; place-items: center; aspect-ratio: 1; border: 1px dashed currentColor; cursor: pointer; overflow: hidden; }
    label:focus-within { outline: 3px solid currentColor; outline-offset: 2px; }
    input { position: absolute; inset: 0; opacity: 0; cursor: pointer; }
    img { width: 100%; height: 100%; object-fit: contain; pointer-events: none; }
    img:not([hidden]) + span { position: absolute; clip-path: inset(50%); }
    p { min-height: 3em; }`);
  return sheet;
}
