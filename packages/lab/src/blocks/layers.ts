import { init, nn } from '@pocketnet/torch';

/** PocketNet's convolutions have no bias and start kaiming-uniform with a = 0, i.e. within ±√(6/fan_in) (facts 1.4). */
export function conv(
  inChannels: number,
  outChannels: number,
  kernel: number,
  options: nn.Conv2dOptions = {},
): nn.Conv2d {
  const layer = new nn.Conv2d(inChannels, outChannels, kernel, options);
  init.kaimingUniform(layer.weight, 0);
  return layer;
}

/** One k×k filter a channel, padded to keep the size at stride 1. */
export const depthwise = (channels: number, kernel: number, stride = 1): nn.Conv2d =>
  conv(channels, channels, kernel, { stride, padding: (kernel - 1) / 2, groups: channels });

export const pointwise = (inChannels: number, outChannels: number, groups = 1): nn.Conv2d =>
  conv(inChannels, outChannels, 1, { groups });
