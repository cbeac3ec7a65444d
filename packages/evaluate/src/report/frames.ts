import { createHash } from 'node:crypto';
import { escapeMarkup } from '../plots/markup.js';

const text = `
for (const frames of document.querySelectorAll('.frames')) {
  const [slider, name] = [frames.querySelector('input'), frames.querySelector('output')];
  const all = frames.querySelectorAll(':scope > div');
  const show = () => {
    all.forEach((frame, i) => { frame.hidden = i !== Number(slider.value); });
    name.textContent = all[slider.value].dataset.name;
  };
  slider.addEventListener('input', show);
  show();
}
`;

/** The sliders' script, the same in every page, and its hash, by which a content security policy allows it and nothing else. */
export const FRAMES_SCRIPT = { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` };

/** One moment of something that changes: what a slider shows at one of its places. */
export interface Frame<Figure> {
  /** Such as `epoch 3`. */
  readonly name: string;
  readonly figures: readonly Figure[];
  readonly text?: string;
}

/** Frames under a slider, which arrow keys move as well; without the script the last frame is seen. */
export function framesHtml<Figure>(frames: readonly Frame<Figure>[], figure: (figure: Figure) => string): string {
  const last = frames.length - 1;
  const name = escapeMarkup(frames[last]?.name ?? '');
  return [
    '<div class="frames">',
    `<label><input type="range" min="0" max="${last}" value="${last}" aria-label="frame"><output>${name}</output></label>`,
    ...frames.map(
      ({ name, figures, text }, i) =>
        `<div data-name="${escapeMarkup(name)}"${i === last ? '' : ' hidden'}>${text ? `<p>${escapeMarkup(text)}</p>` : ''}` +
        `<div class="beside">${figures.map(figure).join('')}</div></div>`,
    ),
    '</div>',
  ].join('\n');
}
