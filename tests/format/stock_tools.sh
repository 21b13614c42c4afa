#!/bin/sh
# A trace opens with stock zstd and capnp, and FORMAT.md's ten-line decoder reads its columns.
set -eu
write_sample=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$write_sample" "$work/t.capnp" "$work/p.capnp" > "$work/expected.txt"
zstd -q --test "$work/t.capnp" "$work/p.capnp"
zstd -dc "$work/t.capnp" | capnp decode "$source/trace-format/trace.capnp" Block > "$work/t.txt"
grep -q 'toolVersion = "simrec 9.8.7"' "$work/t.txt"
grep -q '127.0.0.1:6379' "$work/t.txt"
grep -q 'truncatedBy = "--max-size"' "$work/t.txt"
test "$(grep -c '^( events = ' "$work/t.txt")" -ge 3

zstd -dc "$work/p.capnp" | capnp decode "$source/trace-format/prediction.capnp" PredictionBlock > "$work/p.txt"
grep -q 'platformName = "twin.xml"' "$work/p.txt"
grep -q '^(end = void)' "$work/p.txt"

# The Python decoder is the one printed in FORMAT.md.
sed -n '/^```python$/,/^```$/p' "$source/trace-format/FORMAT.md" | sed '/^```/d' > "$work/decode.py"
zstd -dc "$work/t.capnp" | capnp convert binary:json "$source/trace-format/trace.capnp" Block |
  python3 "$work/decode.py" | sort -s -n -k1,1 > "$work/events.txt"  # blocks of threads alternate
test "$(wc -l < "$work/events.txt")" -eq 36
diff "$work/expected.txt" "$work/events.txt"
