#!/bin/sh
# tools/lint.sh FOLDER - the form of every C file, then clang-tidy over what FOLDER built.
set -eu
cd "$(dirname "$0")/.."
failed=0
git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror || failed=1
python3 - "$1" <<'LIST' | xargs -r -n 1 -P 2 clang-tidy -p "$1" --quiet || failed=1
import json, os, sys
rows = json.load(open(os.path.join(sys.argv[1], "compile_commands.json")))
paths = {os.path.relpath(os.path.join(row["directory"], row["file"])) for row in rows}
wanted = [path for path in paths if path.startswith(("src/", "fuzz/")) and path.endswith(".c")]
print("\n".join(sorted(wanted)))
LIST
exit $failed
