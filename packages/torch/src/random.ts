import { native } from './native.js';
import { Tensor } from './tensor.js';

/** Seeds libtorch's generators on every device. */
export const manualSeed = (seed: number): void => native.manualSeed(seed);

/** The state of a device's generator, as a uint8 tensor; it goes into checkpoints. */
export const randomState = (device = 'cpu'): Tensor => new Tensor(native.randomState(device));

export const setRandomState = (state: Tensor, device = 'cpu'): void => native.setRandomState(device, state);
