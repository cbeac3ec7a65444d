#!/bin/sh
# Goes on with the study of docs/runs/search-2, from wherever it was left; Ctrl-C stops it with checkpoints. Give it a folder and, if
# others need the machine, nice: POCKETNET_DATA=../shared nice -n 19 benchmarks/search/study.sh runs/search-2
set -eu
OUT=${1:?Name the folder of the study, such as runs/search-2}
JOBS=${JOBS:-1}
: "${POCKETNET_DATA:?Name the folder that holds faces and objects}"
mkdir -p "$OUT"
[ ! -d docs/runs/search-2/kept ] || cp -Rn docs/runs/search-2/kept/. "$OUT" # what another machine has done already (keep.sh)
CELLS=$(cd "$OUT" && pwd)
export CELLS
# What fails is told, and the rest is done; Ctrl-C (130) ends it.
pocketnet() { npx pocketnet "$@" || [ $? -ne 130 ]; }

# What the arms stand on: times of operations on this machine, pairs of held-out people, cells by chance within the time.
[ -f "$OUT/table.json" ] || pocketnet bench --operations configs/search-2/limits.yaml --runs 200 --out "$OUT/table.json"
[ -f "$OUT/held-out.bin" ] ||
  pocketnet data draw-pairs "$POCKETNET_DATA/faces/train?only=configs/lists/train-held-out.txt" --pairs 2000 --out "$OUT/held-out.bin"
k=1
while [ $k -le 24 ]; do
  [ -f "$OUT/random-$k.json" ] || pocketnet derive --random $k --within configs/search-2/limits.yaml --out "$OUT/random-$k.json"
  k=$((k + 1))
done

# The searches, then the arms, seed by seed.
pocketnet ablate --config configs/search-2/study.yaml --jobs "$JOBS" --time --out "$OUT"
# The order of the shared networks against that of 24 genotypes trained alone, of which the arms by chance are eight.
k=1
while [ $k -le 8 ]; do
  [ -d "$OUT/ranks/random-$k/seed-1" ] || { mkdir -p "$OUT/ranks/random-$k" && cp -r "$OUT/random-$k/seed-1" "$OUT/ranks/random-$k/"; }
  k=$((k + 1))
done
pocketnet ablate --config configs/search-2/ranks.yaml --jobs "$JOBS" --out "$OUT/ranks"
for seed in 1 2 3; do
  for method in single-path distilled classes; do
    pocketnet search --report --out "$OUT/$method-$seed" --against "$OUT/ranks" --study configs/search-2/ranks.yaml
  done
done
# The same arms by ArcFace.
pocketnet ablate --config configs/search-2/study-arcface.yaml --jobs "$JOBS" --out "$OUT/arcface"
# What frames are worth, with the paper's cells.
pocketnet ablate --config configs/search-2/study-frames.yaml --jobs "$JOBS" --out "$OUT/frames"
