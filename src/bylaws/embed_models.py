# SPDX-License-Identifier: AGPL-3.0-or-later
"""embed_models.py OUTPUT FILE... - writes documents of bylaws as C strings, in canonical form."""
import json
import os
import sys


def quoted(text):
    """C string literals of one line each."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    lines = [escaped[at:at + 80] for at in range(0, len(escaped), 80)]
    # An escape must not be cut in two.
    for i in range(len(lines) - 1):
        while (len(lines[i]) - len(lines[i].rstrip("\\"))) % 2:
            lines[i], lines[i + 1] = lines[i] + lines[i + 1][0], lines[i + 1][1:]
    return "\n".join(f'    "{line}"' for line in lines)


def main(output, *paths):
    rows = ["/* Made by src/bylaws/embed_models.py. */"]
    for path in paths:
        name = os.path.splitext(os.path.basename(path))[0].replace("-", "_")
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        text = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        rows.append(f"static const char model_{name}[] =\n{quoted(text)};")
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: embed_models.py OUTPUT FILE...")
    main(*sys.argv[1:])
