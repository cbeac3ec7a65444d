import type { ExperimentConfig } from '../config/index.js';
import { ArcFace } from './arcface.js';
import type { Head } from './head.js';

type HeadConfig = ExperimentConfig['head'];
type HeadMaker = (embedding: number, classes: number, options: HeadConfig) => Head;

/** Every head by the `head.kind` of a configuration: a new one is one line here. */
export const heads: Readonly<Record<HeadConfig['kind'], HeadMaker>> = {
  arcface: (embedding, classes, options) => new ArcFace(embedding, classes, options),
};

export const buildHead = (options: HeadConfig, embedding: number, classes: number): Head =>
  heads[options.kind](embedding, classes, options);
