import type { CalibrationPoint, ModelCalibration, ModelRates } from 'pocketnet';
import { useEffect, useRef, useState } from 'preact/hooks';
import { percent, rounded, text } from '../text.js';

const HEIGHT = 230;
const TOP = 34;
const BOTTOM = 66;
const SIDE = 14;
const FROM = -0.1;
const RARITIES = [2, 10, 100, 1000, 10_000, 100_000];

/**
 * How many pairs of strangers, and of one person, reach a cosine, as the model's card has it; and where this pair lies. Below the curves, the
 * same cosines as one stranger in how many reaches them.
 */
export function Curves(props: {
  calibration: ModelCalibration;
  rates: ModelRates;
  thresholds: { usual: number; strict: number };
  /** Of the pair, where there is one. */
  cosine?: number;
}) {
  const { calibration, rates, thresholds, cosine } = props;
  const [element, width] = useWidth();
  const from = Math.min(FROM, (cosine ?? 0) - 0.05);
  const x = (value: number): number => SIDE + ((width - 2 * SIDE) * (value - from)) / (1 - from);
  const y = (share: number): number => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  const { points } = calibration;
  const reaching = points.filter(({ fnmr }) => fnmr !== null);
  const strangers = (point: CalibrationPoint): string => `${x(point.cosine)},${y(point.fmr)}`;
  const ofOne = (point: CalibrationPoint): string => `${x(point.cosine)},${y(1 - (point.fnmr ?? 0))}`;
  const [first, last, end] = [points[0], points.at(-1), reaching.at(-1)];
  const base = HEIGHT - BOTTOM;
  const zones = [
    { name: 'different', left: from, right: thresholds.usual },
    { name: 'unsure', left: thresholds.usual, right: thresholds.strict },
    { name: 'same', left: thresholds.strict, right: 1 },
  ] as const;
  return (
    <figure class="curves">
      <p class="hint">{text.curves.reach}</p>
      <div ref={element}>
        <svg width={width} height={HEIGHT} role="img" aria-label={altOf(rates, cosine)}>
          {zones.map(({ name, left, right }) => (
            <g key={name} class={`zone ${name}`}>
              <rect x={x(left)} y={TOP} width={x(right) - x(left)} height={base - TOP} />
              <text
                x={name === 'different' ? x(left) + 6 : x(left) + (x(right) - x(left)) / 2}
                y={TOP - 8}
                class={name}
              >
                {width > 480 || name !== 'unsure' ? text.curves.zones[name] : '?'}
              </text>
            </g>
          ))}
          {first && last && (
            <>
              <polygon
                class="strangers"
                points={`${x(first.cosine)},${base} ${points.map(strangers).join(' ')} ${x(last.cosine)},${base}`}
              />
              <polyline class="one" points={reaching.map(ofOne).join(' ')} />
              <text class="name" x={x(first.cosine) + 8} y={base - 10}>
                {text.curves.strangers}
              </text>
              {end && ( // where the curve ends, whose place differs from network to network
                <text class="name one" x={x(end.cosine) + 6} y={y(1 - (end.fnmr ?? 0)) + 4}>
                  {text.curves.same}
                </text>
              )}
            </>
          )}
          <line class="axis" x1={SIDE} x2={width - SIDE} y1={base} y2={base} />
          <g class="rarity">
            <text x={SIDE} y={base + (first && x(first.cosine) > 130 ? 22 : 44)} class="caption">
              {text.curves.rarity}
            </text>
            {ticks(rates, x).map(({ count, at, said }) => (
              <g key={count}>
                <line x1={at} x2={at} y1={base} y2={base + 7} />
                {said && (
                  <text x={at} y={base + 22}>
                    {compact(count)}
                  </text>
                )}
              </g>
            ))}
          </g>
          {cosine !== undefined && (
            <Here at={x(cosine)} flag={Math.min(Math.max(x(cosine), SIDE + 44), width - SIDE - 44)} cosine={cosine} />
          )}
        </svg>
      </div>
      <figcaption>{text.curves.source(String(calibration.people), rounded(calibration.impostorPairs))}</figcaption>
    </figure>
  );
}

function altOf(rates: ModelRates, cosine: number | undefined): string {
  if (cosine === undefined) return text.curves.none;
  const missed = rates.missRateAt(cosine);
  return text.curves.alt(
    cosine.toFixed(2),
    percent(rates.rateAt(cosine).rate),
    missed === undefined ? '–' : percent(1 - missed),
  );
}

/** The pair's place. */
function Here({ at, flag, cosine }: { at: number; flag: number; cosine: number }) {
  const base = HEIGHT - BOTTOM;
  return (
    <g class="here">
      <line x1={at} x2={at} y1={TOP} y2={base + 34} />
      <circle cx={at} cy={base} r="5" />
      <rect x={flag - 46} y={base + 34} width="92" height="24" />
      <text x={flag} y={base + 50}>
        {text.curves.here(cosine.toFixed(2))}
      </text>
    </g>
  );
}

/** Where each rarity lies, as far as it was measured; those have words whose words do not meet. */
function ticks(
  rates: ModelRates,
  x: (cosine: number) => number,
): { readonly count: number; readonly at: number; readonly said: boolean }[] {
  let free = Number.NEGATIVE_INFINITY;
  return RARITIES.flatMap((count) => {
    const { cosine, supported } = rates.cosineFor(1 / count);
    const at = x(cosine);
    if (!supported || at < SIDE) return [];
    const said = at >= free;
    if (said) free = at + 30;
    return [{ count, at, said }];
  });
}

const compact = (count: number): string => (count >= 1000 ? `${count / 1000}k` : String(count));

/** The width that an element has, as it changes. */
function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(260, entry.contentRect.width));
    });
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
