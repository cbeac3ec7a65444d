#!/usr/bin/env bash
# What a machine with a GPU is asked first: does the engine build against its libtorch, are the numbers right there, how fast is a step,
# and does a training go on from its checkpoint?
#   benchmarks/gpu/prove.sh [FIXTURES]     FIXTURES: a folder of golden fixtures; without one that question is left out
# LIBTORCH names the libtorch with CUDA, or PYTHON a python3 that has one in its torch (and is then the peer of the bench too).
# DEVICE=cpu BATCHES=4 tries the script itself where no GPU is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fixtures=${1:-}
device=${DEVICE:-cuda}
python=${PYTHON:-/usr/bin/python3}
if [[ -z ${LIBTORCH:-} && -n ${PYTHON:-} ]]; then
  LIBTORCH=$("$python" -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parent)')
  export LIBTORCH
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

say() { printf '\n== %s\n' "$*"; }
train() {
  npx pocketnet train --config packages/cli/demo.yaml --set device="$device" --set schedule='{"kind":"constant"}' --set logEvery=20 "$@"
}

say 'The engine, and what it finds'
npm run setup
npx pocketnet doctor

if [[ -n $fixtures ]]; then
  say "The original code's numbers, on $device, TF32 off"
  npm run --silent golden -- "$fixtures" --device "$device"
fi

for precision in float32 bf16; do
  for batch in ${BATCHES:-64 256 1024}; do
    say "A forward pass and a training step on $device, $precision, batch $batch"
    npm run --silent bench -- torch --device "$device" --precision "$precision" --batch "$batch" --python "$python"
  done
done

say "Batches of images that live on $device"
npm run --silent bench -- resident --device "$device"

say 'A training that stops half way and goes on, beside the same in one go: the losses ought to agree'
train --set maxSteps=40 --out "$out/whole"
train --set maxSteps=20 --out "$out/resumed"
train --set maxSteps=40 --out "$out/resumed" --resume
tail -n 1 "$out"/{whole,resumed}/metrics.jsonl
