import { type PocketNet, readCalibration } from 'pocketnet';
import { text } from '../../text.js';

/** What the network says of itself. */
export function Facts({ net }: { net: PocketNet }) {
  const { metadata, model } = net;
  const calibration = readCalibration(metadata);
  const facts = {
    network: metadata.network,
    model,
    embedding: metadata.embedding,
    data: metadata.data,
    licence: metadata.licence,
    measured: calibration?.data,
  };
  return (
    <section>
      <h2>{text.numbers.facts}</h2>
      <dl class="facts">
        {(Object.keys(facts) as (keyof typeof facts)[]).map((fact) =>
          facts[fact] === undefined ? null : (
            <div key={fact}>
              <dt>{text.numbers.fact[fact]}</dt>
              <dd>{facts[fact]}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
