import { type Comparison, type PocketNet, readCalibration } from 'pocketnet';
import { percent, rounded, text } from '../../text.js';
import { Curves } from '../../ui/curves.js';

/** What a comparison says, in words and as a place on the model's own curves. */
export function Verdict({ net, comparison }: { net: PocketNet | undefined; comparison: Comparison | undefined }) {
  const calibration = net?.rates && readCalibration(net.metadata);
  return (
    <section class={`verdict ${comparison?.verdict ?? 'waiting'}`} aria-label={text.compare.verdict}>
      {net && comparison ? (
        <div class="words" key="said">
          <h2>
            <mark>{text.compare.verdicts[comparison.verdict]}</mark>
          </h2>
          <p class="rate">{inWords(comparison)}</p>
          <p>{beside(net, comparison)}</p>
        </div>
      ) : (
        <div class="words" key="waiting">
          <p class="title">{text.compare.none}</p>
          <p>{text.compare.waiting}</p>
        </div>
      )}
      {calibration && net.rates && (
        <Curves
          {...{ calibration, rates: net.rates, thresholds: net.thresholds() }}
          {...(comparison && { cosine: comparison.cosine })}
        />
      )}
    </section>
  );
}

/** How rare it is among strangers. */
export function inWords({ oneIn, supported }: Comparison): string {
  if (oneIn === undefined) return text.compare.uncalibrated;
  if (oneIn < 2) return text.compare.most;
  return supported ? text.compare.oneIn(rounded(oneIn)) : text.compare.fewerThan(rounded(oneIn));
}

/** What stands beside it: for whom it is less rare, or how often one person looks as different. */
function beside({ rates, thresholds }: PocketNet, { verdict }: Comparison): string {
  if (!rates) return '';
  const { worstGroup } = rates;
  if (verdict === 'different') {
    const missed = rates.missRateAt(thresholds().strict);
    return missed === undefined ? '' : text.compare.misses(percent(missed));
  }
  if (!worstGroup || worstGroup.times < 1.5) return '';
  return text.compare.group(worstGroup.group, worstGroup.naming, worstGroup.times.toFixed(1));
}
