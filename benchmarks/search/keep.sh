#!/bin/sh
# Keeps what a study has come to, as small files, so that another machine goes on from there: benchmarks/search/keep.sh runs/search-2
# The table of times, the genotypes, and of each training its configuration, its result and its evaluations; of a search, what its shared
# network says of cells. No weights.
set -eu
OUT=${1:?Name the folder of the study, such as runs/search-2}
KEPT=docs/runs/search-2/kept
mkdir -p "$KEPT"
plain() { sed -e '/^  "out":/d' -e 's|"[^"]*/table.json"|"${CELLS}/table.json"|' "$1"; } # where it lay means nothing elsewhere
cp "$OUT"/table.json "$KEPT"
for found in "$OUT"/random-*.json; do plain "$found" >"$KEPT/$(basename "$found")"; done
find "$OUT" -name genotype.json -o -name result.json | while read -r found; do
  from=$(dirname "$found")
  to="$KEPT/${from#"$OUT"/}"
  mkdir -p "$to"
  plain "$found" >"$to/$(basename "$found")"
  for beside in experiment.yaml config.yaml scores.json times.json; do [ ! -f "$from/$beside" ] || cp "$from/$beside" "$to"; done
  grep '"set"' "$from/metrics.jsonl" >"$to/metrics.jsonl" || rm "$to/metrics.jsonl"
done
