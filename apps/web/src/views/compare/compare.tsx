import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { DemoStrip } from '../../demo/strip.js';
import { net } from '../../network/network.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { Seen } from '../../ui/seen.js';
import { PhotoWell } from './photo-well.js';
import { comparison, sides, takeNext } from './state.js';
import { inWords, Verdict } from './verdict.js';

const labels = [text.well.first, text.well.second] as const;

/** Two photos: are they of one person? */
export function Compare() {
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent): void => {
      const file = [...(clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (file) void takeNext(file, file.name);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
  useSignalEffect(() => {
    const { value } = comparison;
    if (value) announce(`${text.compare.verdicts[value.verdict]}. ${inWords(value)}`);
  });
  const some = sides.some(({ found }) => found.value);
  return (
    <>
      <header class="opening">
        <h1>{text.compare.title}</h1>
        <p>{text.compare.lead}</p>
      </header>
      <div class="wells">
        {sides.map((side, index) => (
          <PhotoWell key={labels[index]} side={side} label={labels[index] ?? ''} />
        ))}
      </div>
      <DemoStrip onChoose={(file, name) => void takeNext(file, name)} />
      <Verdict net={net.value} comparison={comparison.value} />
      {some && (
        <section class="inside">
          <h2>{text.compare.seen}</h2>
          <p>{text.compare.seenLead}</p>
          <div class="wells">
            {sides.map(({ found, template }, index) =>
              found.value ? (
                <Seen key={labels[index]} found={found.value} template={template.value} label={labels[index] ?? ''} />
              ) : (
                <div key={labels[index]} />
              ),
            )}
          </div>
        </section>
      )}
    </>
  );
}
