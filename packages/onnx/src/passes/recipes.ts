/** Laws that make a graph smaller and never slower. */
const smaller = ['sweep', 'fold-norms', 'fold-scales', 'factorised-reduction', 'share'];

/** What may become of PReLUs, and of sums and concatenations: which pays depends on the runtime and the machine. */
const activations: Readonly<Record<string, readonly string[]>> = {
  prelu: [],
  sum: ['prelu-sum'],
  max: ['prelu-max'],
  conv: ['prelu-conv'],
};
const joints: Readonly<Record<string, readonly string[]>> = {
  apart: [],
  merged: ['merge-sums'],
  'merged-depthwise': ['merge-sums', 'merge-depthwise'],
  split: ['split-concats'],
};

/** Named sets of passes, such as `conv+merged`; `all` holds every pass that does not undo another one. */
export const RECIPES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(activations).flatMap(([activation, first]) =>
      Object.entries(joints).map(([joint, second]) => [`${activation}+${joint}`, [...smaller, ...first, ...second]]),
    ),
  ),
  all: [...smaller, 'prelu-conv', 'merge-sums', 'merge-depthwise'],
};
