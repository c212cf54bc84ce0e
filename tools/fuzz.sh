#!/bin/sh
# tools/fuzz.sh FOLDER SECONDS - each libFuzzer program of FOLDER for so long. It starts from the
# seeds in fuzz/corpus; what it finds stays in FOLDER/corpus, what crashes in FOLDER.
set -eu
cd "$(dirname "$0")/.."
folder=$1
for program in "$folder"/fuzz/fuzz_*; do
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        continue
    fi
    name=${program##*/fuzz_}
    mkdir -p "$folder/corpus/$name"
    seeds=fuzz/corpus/$name
    [ -d "$seeds" ] || seeds=
    echo "== $name"
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$program" -max_total_time="$2" \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$folder/crash-$name-" \
        "$folder/corpus/$name" $seeds
done
