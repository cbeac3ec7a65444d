import { useSignal } from '@preact/signals';
import type { AlignedFace, PocketNet } from 'pocketnet';
import { drawnPeople } from '../../demo/people.js';
import { whenOpen } from '../../network/network.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';

const RUNS = 15;

interface Times {
  readonly detect: number;
  readonly embed: number;
}

/** How long a face takes on this device, measured when asked. */
export function Speed() {
  const busy = useSignal(false);
  const times = useSignal<Times | undefined>(undefined);
  const measure = async (): Promise<void> => {
    busy.value = true;
    try {
      times.value = await timesOf(await whenOpen());
      announce(`${text.numbers.stages.embed}: ${times.value.embed.toFixed(1)} ${text.numbers.milliseconds}`);
    } finally {
      busy.value = false;
    }
  };
  const shown = times.value;
  return (
    <section>
      <h2>{text.numbers.speed}</h2>
      <p>{text.numbers.speedLead}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.numbers.stage}</th>
            <th scope="col">{text.numbers.milliseconds}</th>
          </tr>
        </thead>
        <tbody>
          {(['detect', 'embed'] as const).map((stage) => (
            <tr key={stage}>
              <th scope="row">{text.numbers.stages[stage]}</th>
              <td>{shown ? shown[stage].toFixed(1) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="actions">
        <button type="button" disabled={busy} onClick={() => void measure()}>
          {busy.value ? text.numbers.measuring : text.numbers.measure}
        </button>
      </div>
    </section>
  );
}

/** Medians of several runs, messages to the worker included. */
async function timesOf(net: PocketNet): Promise<Times> {
  const picture = await fetch(drawnPeople[0]?.pictures[0] ?? '').then((answer) => answer.blob());
  const bitmap = await createImageBitmap(picture, { resizeWidth: 640, resizeHeight: 640 });
  let crop: AlignedFace | undefined;
  const detect = await median(async () => {
    const [face] = await net.detect(bitmap);
    if (face) crop = net.align(bitmap, face);
  });
  const embed = await median(async () => {
    if (crop) await net.embed(crop);
  });
  bitmap.close();
  return { detect, embed };
}

async function median(run: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RUNS + 2; i++) {
    const start = performance.now();
    await run();
    if (i >= 2) times.push(performance.now() - start); // the first ones warm it up
  }
  return times.sort((a, b) => a - b)[RUNS >> 1] ?? 0;
}
