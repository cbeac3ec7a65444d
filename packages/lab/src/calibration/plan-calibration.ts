import type { Arithmetic } from '@pocketnet/engine';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import type { GroupingResult } from '@pocketnet/evaluate';
import type { CalibrationPoint, ModelCalibration, WorstGroup } from 'pocketnet';
import { calibrationKey, calibrationText, readCalibration } from 'pocketnet';
import type { SourceCalibration } from './calibrate-source.js';

/**
 * A plan that carries what was measured of it, for apps to read: its match curve, or, where groups were compared, the worst of them beside the
 * curve that it has already. Its weights, and so its fingerprint, stay.
 *
 * @param bytes of a `.pnet` file
 * @param measured what the set of faces is called, by which naming its groups are told, and the arithmetic that was computed in; what floats
 *   measured holds for all arithmetics that have no calibration of their own
 * @param name what the plan is called in errors
 * @throws an Error where groups were compared and the plan has no curve yet, or the pairs are too few for one
 */
export function calibratedPlan(
  bytes: Uint8Array,
  result: SourceCalibration,
  measured: { data: string; naming?: string | undefined; arithmetic?: Arithmetic | undefined },
  name: string,
): Uint8Array {
  const plan = readPlan(bytes, name);
  const { model } = plan.metadata;
  const { arithmetic = 'float' } = measured;
  const calibration =
    result.groups.length > 0
      ? { ...earlier(model, arithmetic, result.flipped, name), worstGroup: worstOf(result.groups, measured) }
      : { ...ofCurve(result, measured.data), ...(arithmetic !== 'float' && { worstGroup: worstInFloats(model) }) };
  const changed = { ...model, [calibrationKey(arithmetic)]: calibrationText(calibration) };
  const metadata = { ...plan.metadata, model: changed };
  return writePlan({ ...plan, metadata });
}

type ModelMetadata = Readonly<Record<string, string>>;

/** By how much one group is worse than all, an arithmetic hardly changes. */
const worstInFloats = (model: ModelMetadata): WorstGroup | null =>
  model[calibrationKey()] === undefined ? null : (readCalibration(model)?.worstGroup ?? null);

function earlier(model: ModelMetadata, arithmetic: Arithmetic, mirrored: boolean, name: string): ModelCalibration {
  const found = model[calibrationKey(arithmetic)] === undefined ? undefined : readCalibration(model, arithmetic);
  if (!found || found.mirrored !== mirrored)
    throw new Error(`${name} has no match curve yet. Calibrate it without --groups first, on labelled faces.`);
  return found;
}

function ofCurve(result: SourceCalibration, data: string): ModelCalibration {
  const { people, genuinePairs, impostorPairs } = result.calibration;
  const points = result.matchCurve.flatMap(({ threshold, fmr, fnmr }): CalibrationPoint[] =>
    threshold === null || fmr === null
      ? []
      : [
          {
            ...{
              cosine: digits(threshold, 6),
              fmr: digits(fmr.estimate),
              low: digits(fmr.low),
              high: digits(fmr.high),
            },
            fnmr: fnmr && digits(fnmr.estimate),
          },
        ],
  );
  if (points.length === 0)
    throw new Error(`${impostorPairs} pairs of strangers are too few for a match curve. Give more people.`);
  return {
    ...{ mirrored: result.flipped, data, people, genuinePairs, impostorPairs },
    points: points.filter(({ cosine }, i) => i === 0 || cosine > (points[i - 1]?.cosine ?? -1)),
    worstGroup: null,
  };
}

/** Of all groupings at their least strict threshold, the group within which strangers match most often, as far as it is known to. */
function worstOf(
  groupings: readonly GroupingResult[],
  { data, naming = '' }: { data: string; naming?: string | undefined },
): WorstGroup | null {
  const candidates = groupings.flatMap(({ name, threshold, overall, rates }) =>
    rates.flatMap(({ first, second, fmr }) =>
      first === second &&
      fmr &&
      overall.estimate > 0 &&
      threshold === Math.min(...groupings.map((each) => each.threshold))
        ? [{ grouping: name, group: first, fmr, overall: overall.estimate }]
        : [],
    ),
  );
  const [worst] = candidates.sort((a, b) => b.fmr.low / b.overall - a.fmr.low / a.overall);
  if (!worst) return null;
  const { grouping, group, fmr, overall } = worst;
  const [times, low, high] = [fmr.estimate, fmr.low, fmr.high].map((rate) => digits(rate / overall, 3));
  return { naming, grouping, group, times: times ?? 1, interval: [low ?? 1, high ?? 1], data };
}

const digits = (value: number, count = 4): number => Number(value.toPrecision(count));
