#!/bin/sh
# tools/web.sh - build the pages in web/ into web/dist, if anything changed since the last time.
#
# The packages are fetched once, by `npm ci`; after that no network is needed. The stamp lies in
# node_modules because the build may empty web/dist.
set -eu
cd "$(dirname "$0")/.."
[ -e web/package.json ] || exit 0
cd web

stamp=node_modules/.pages-built
if [ ! -e node_modules/.package-lock.json ] ||
    [ package-lock.json -nt node_modules/.package-lock.json ]; then
    rm -f "$stamp"
    npm ci --no-audit --no-fund >&2
    touch node_modules/.package-lock.json
fi
if [ ! -e "$stamp" ] || [ ! -d dist ] ||
    [ -n "$(find . \( -name node_modules -o -name dist \) -prune -o \
        -type f -newer "$stamp" -print | head -n 1)" ]; then
    npm run --silent build >&2
    touch "$stamp"
fi
