import { native, type ResolvedOperator } from './native.js';
import { Tensor } from './tensor.js';

/** An operator as a function that knows its schema: for tests that walk over all of them. */
export interface Operator<Arguments extends unknown[], Result> {
  (...values: Arguments): Result;
  /** `namespace::name` or `namespace::name.overload`. */
  readonly schemaName: string;
  /** Asks the dispatcher, at the first use. */
  resolve(): ResolvedOperator;
}

/** Every operator that has been wrapped, by schema name. */
export const operators = new Map<string, Operator<never[], unknown>>();

/**
 * Wraps an operator of the dispatcher, e.g. `operator<[Tensor, Tensor], Tensor>('aten::matmul')`. The argument types are the
 * caller's statement about the schema; the addon checks every value against the schema itself, so a wrong statement throws and never
 * crashes. Trailing arguments that are left out, or `undefined`, take the schema's defaults.
 */
export function operator<Arguments extends unknown[], Result>(schemaName: string): Operator<Arguments, Result> {
  let resolved: ResolvedOperator | undefined;
  const resolve = (): ResolvedOperator => {
    const at = schemaName.indexOf('.');
    resolved ??=
      at < 0 ? native.operator(schemaName, '') : native.operator(schemaName.slice(0, at), schemaName.slice(at + 1));
    return resolved;
  };
  const call = (...values: Arguments): Result => {
    const { id, returns } = resolved ?? resolve();
    const result = native.call(id, ...values);
    if (returns.length === 1) return wrap(result, returns[0]?.type) as Result;
    if (returns.length === 0) return undefined as Result;
    return (result as unknown[]).map((value, i) => wrap(value, returns[i]?.type)) as Result;
  };
  const wrapped = Object.assign(call, { schemaName, resolve });
  operators.set(schemaName, wrapped as unknown as Operator<never[], unknown>);
  return wrapped;
}

function wrap(value: unknown, type: string | undefined): unknown {
  if (value === null) return null;
  if (type === 'Tensor') return new Tensor(value as number);
  if (type === 'Tensor[]') return (value as (number | null)[]).map((handle) => wrap(handle, 'Tensor'));
  return value;
}
