import type { Template } from 'pocketnet';
import { alignmentMatrix, transformPoint } from 'pocketnet/align';
import type { FoundFace } from '../network/photo.js';
import { text } from '../text.js';
import { Pixels } from './pixels.js';

/** What reaches the network of one face, what that makes of it, and what the photo is worth. */
export function Seen({ found, template, label }: { found: FoundFace; template: Template | undefined; label: string }) {
  const { face, crop } = found;
  const matrix = alignmentMatrix(face.points);
  return (
    <section class="seen" aria-label={label}>
      <div class="aligned">
        <Pixels image={crop} label={label} />
        <svg viewBox={`0 0 ${crop.width} ${crop.height}`} aria-hidden="true">
          {face.points.map((point) => {
            const [x, y] = transformPoint(matrix, point);
            return <circle key={`${x} ${y}`} cx={x} cy={y} r="1.6" />;
          })}
        </svg>
      </div>
      <dl class="quality">
        {face.quality.map(({ name, verdict, sentence }) => (
          <div key={name} class={verdict}>
            <dt>{text.quality.names[name] ?? name}</dt>
            <dd>
              <b>{text.quality.verdicts[verdict]}</b>
              {verdict !== 'good' && <span>{sentence}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <Numbers vector={template?.vector} />
    </section>
  );
}

/** A template as bars, the largest number filling the height. */
function Numbers({ vector }: { vector: Float32Array | undefined }) {
  const count = vector?.length ?? 0;
  const largest = Math.max(1e-6, ...(vector ?? []).map(Math.abs));
  return (
    <figure class="numbers">
      <svg
        viewBox={`0 -1 ${Math.max(1, count)} 2`}
        preserveAspectRatio="none"
        role="img"
        aria-label={text.compare.numbersAlt(count)}
      >
        {[...(vector ?? [])].map((value, at) => {
          const height = Math.abs(value) / largest;
          return <rect key={at} x={at + 0.15} width="0.7" y={value > 0 ? -height : 0} height={height} />;
        })}
      </svg>
      <figcaption>{count > 0 ? text.compare.numbers(count) : ' '}</figcaption>
    </figure>
  );
}
