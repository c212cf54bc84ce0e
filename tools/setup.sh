#!/bin/sh
# tools/setup.sh FOLDER [MESON-OPTION...] - configure a build folder and build it.
#
# Ninja notices changes in build descriptions that it knows. What it cannot notice is a folder or
# program that joined because its file now exists, or other options: both are kept in a stamp.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
stamp=$(echo "$*" && ls src/*/meson.build sim/meson.build tests/*/meson.build \
    tests/unit/*/meson.build fuzz/fuzz_*.c bench/bench_*.c 2>/dev/null || :)
configured=$(cat "$folder/.configured" 2>/dev/null || :)
if [ ! -e "$folder/build.ninja" ] || [ "$configured" != "$stamp" ]; then
    if [ -e "$folder/meson-private/coredata.dat" ]; then
        meson setup --wipe "$folder" "$@"
    else
        meson setup "$folder" "$@"
    fi
    echo "$stamp" >"$folder/.configured"
fi
ninja -C "$folder"
