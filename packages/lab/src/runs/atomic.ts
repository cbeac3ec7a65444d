// A run's files are whole or old, never half: one helper for all, kept where the checkpoints are written.
export { writeFileAtomic } from '@pocketnet/torch/io';
