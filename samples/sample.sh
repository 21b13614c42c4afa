# Sourced by each sample's run script: finds the programs, works in a folder of its own that is removed at the end,
# and shows every command before it runs. With RESULTS=FOLDER the predictions are also left there as JSON (samples/check).
set -euo pipefail
samples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

build=${1:-$samples/../build}
if [ -d "$build" ]; then
  build=$(cd "$build" && pwd)
  PATH=$build/recorder:$build/replayer/cli:$build/analysis:$PATH
fi

# Exit status 77 tells ctest that the sample was skipped.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not installed (samples/packages lists what the samples need)" >&2; exit 77; }
  done
}
for program in simrec simreplay simtrace; do
  command -v $program >/dev/null || { echo "$program not found: run ./samples/quickstart first, or give the build folder: $0 BUILD" >&2; exit 2; }
done

scratch=$(mktemp -d "${TMPDIR:-/tmp}/simrec-sample.XXXXXX")
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$scratch"  # servers started as root read it as another user
cd "$scratch"
ln -s "$samples/platforms" platforms

# show COMMAND...: prints it as one would type it, then runs it.
show() {
  local word line=
  for word; do
    [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]] && line+=" $word" || line+=" '$word'"
  done
  printf '\n$%s\n' "$line"
  "$@"
}

# record COMMAND...: writes trace.capnp, and twin.xml, the platform that stands for this very machine.
# With MEASURE=PROGRAM that runs instead (tests/bench/samples), and the sample ends.
record() {
  if [ -n "${MEASURE:-}" ]; then "$MEASURE" "$@"; exit; fi
  show simrec -o trace.capnp "$@"
  printf '\n$ simtrace platform trace.capnp > twin.xml\n'
  simtrace platform trace.capnp > twin.xml
}

# predict NAME PLATFORM [OPTION...]: replays trace.capnp.
predict() {
  local name=$1; shift
  show simreplay trace.capnp "$@"
  if [ -n "${RESULTS:-}" ]; then simreplay trace.capnp "$@" --json > "$RESULTS/$name.json"; fi
}

# free_port: prints a TCP port of the loopback that nobody listens on.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (: < /dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done
  echo $port
}
