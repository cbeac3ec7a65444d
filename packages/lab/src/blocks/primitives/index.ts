export type { Primitive } from './primitive.js';
export * from './registry.js';
export { SeparableConv } from './separable-conv.js';
export { skipConnect } from './skip-connect.js';
