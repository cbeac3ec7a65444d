import type { PocketNet } from 'pocketnet';
import { percent, text } from '../../text.js';

const RATES = [10, 100, 1000, 10_000, 100_000];

/** The thresholds by how many strangers pass, and what each costs. */
export function Accuracy({ net: { rates } }: { net: PocketNet }) {
  if (!rates)
    return (
      <section>
        <h2>{text.numbers.accuracy}</h2>
        <p>{text.numbers.uncalibrated}</p>
      </section>
    );
  const { worstGroup } = rates;
  return (
    <section>
      <h2>{text.numbers.accuracy}</h2>
      <p>{text.numbers.accuracyLead}</p>
      <table class="rates">
        <thead>
          <tr>
            <th scope="col">{text.numbers.rate}</th>
            <th scope="col">{text.numbers.threshold}</th>
            <th scope="col">{text.numbers.missed}</th>
          </tr>
        </thead>
        <tbody>
          {RATES.map((count) => {
            const { cosine, supported } = rates.cosineFor(1 / count);
            const missed = rates.missRateAt(cosine);
            return (
              <tr key={count}>
                <th scope="row">{text.numbers.one(count.toLocaleString('en'))}</th>
                <td>{supported ? cosine.toFixed(3) : text.numbers.beyond}</td>
                <td>{supported && missed !== undefined ? percent(missed) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {worstGroup && (
        <p>{text.numbers.worst(worstGroup.group, worstGroup.naming, worstGroup.times.toFixed(1), worstGroup.data)}</p>
      )}
    </section>
  );
}
