export { type BenchCase, type BenchOptions, type BenchResult, benchModels } from './bench/bench.js';
export { WARMING } from './bench/measure.js';
export { noise } from './bench/noise.js';
export { missingRunners, RUNNERS, type RunnerName } from './bench/runners/index.js';
export { compareRuns, type RunDifference } from './compare.js';
export {
  type Compiled,
  type CompileOptions,
  compileGraph,
  type Preprocessing,
  stepKinds,
  USUAL_PREPROCESSING,
} from './compile/compile.js';
export { type OpenProbe, observePlan, quantisePlan, type Seen } from './compile/eight-bits/index.js';
export { type AttributeLike, attribute } from './graph/attribute.js';
export { GraphBuilder, type NodeOptions } from './graph/builder.js';
export { checkGraph } from './graph/check.js';
export { copyGraph } from './graph/copy.js';
export { type DataOf, DTYPES, type Dtype, isDtype, type TensorData } from './graph/dtype.js';
export { GraphEditor } from './graph/editor.js';
export {
  type Attribute,
  type Dim,
  emptyGraph,
  type Graph,
  type Int,
  type Node,
  subgraphs,
  type ValueInfo,
} from './graph/graph.js';
export { shortNames } from './graph/short-names.js';
export { elementCount, type Tensor, tensor } from './graph/tensor.js';
export { externalFiles, type ModelFile, readModelFile } from './model/external-data.js';
export { type Arithmetic, firstArithmetic } from './model/first-arithmetic.js';
export {
  type DecodedModel,
  decodeModel,
  encodeModel,
  type ModelHeader,
  type ModelOptions,
  modelInputs,
  readModelHeader,
} from './model/model.js';
export { type FastestOptions, fastestRecipe, type RecipeTiming } from './passes/fastest.js';
export { rewrite } from './passes/optimize.js';
export type { Pass } from './passes/pass.js';
export { RECIPES } from './passes/recipes.js';
export { PASSES } from './passes/registry.js';
export { eightBitWeights } from './quantise/eight-bits.js';
export { halveWeights } from './quantise/halve-weights.js';
export { Histogram } from './quantise/histogram.js';
export { observe } from './quantise/observe.js';
export { OBSERVERS, type Observer, type Range } from './quantise/observers.js';
export { type QuantiseOptions, quantisable, quantise, quantisedValues } from './quantise/quantise.js';
export { noiseOf, type Sensitivity, sensitivities } from './quantise/sensitivity.js';
export { joinTwins } from './quantise/twins.js';
export type { Feed } from './run/feeds.js';
export { type Model, modelMetadata, type OpenOptions, type Output, openModel } from './run/model.js';
export { missingRuntimes, RUNTIMES, type RuntimeName, usualEngine } from './run/runtimes/index.js';
export { withoutTinyWeights } from './run/tiny-weights.js';
