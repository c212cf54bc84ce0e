# SPDX-License-Identifier: AGPL-3.0-or-later
"""check_pages.py SOURCE - the pages have words for every kind of act and effect, and look for the
texts of all of them."""
import os
import re
import sys

ROW = re.compile(r'^ACT\((\w+), "([\w.]+)", (\w+),')
FIELD = re.compile(r"^F\((\w+), TEXT, \w+, (\w+),")


def catalogue(source):
    """Wire names by actor, and the names of the texts that acts hold themselves."""
    kinds, texts, own = {}, set(), set()
    folder = os.path.join(source, "src/acts/tbl")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for line in file:
                row, field = ROW.match(line), FIELD.match(line)
                if row:
                    kinds[row[2]] = row[3]
                    own.add(row[1])
                if field and field[1] in own:
                    texts.add(field[2])
    return kinds, texts


def words(source, file, name, brackets):
    """The quoted strings that begin an item of the table `name`."""
    with open(os.path.join(source, "web/src", file), encoding="utf-8") as opened:
        text = opened.read()
    begin = text.index(f"const {name} = {brackets[0]}")
    table = text[begin:text.index(f"\n{brackets[1]};", begin)] if brackets == "{}" else \
        text[begin:text.index("];", begin)]
    return set(re.findall(r"'([\w.]+)'(?=:)" if brackets == "{}" else r"'(\w+)'", table))


def faults(source):
    kinds, texts = catalogue(source)
    named = words(source, "effects.jsx", "NAMES", "{}")
    verbs = words(source, "kinds.js", "VERBS", "{}")
    for kind, actor in sorted(kinds.items()):
        if actor == "COOP" and kind not in named:
            yield f"web/src/effects.jsx: NAMES has no words for the effect {kind}"
        if actor != "COOP" and kind not in verbs:
            yield f"web/src/kinds.js: VERBS has no words for {kind}"
    for text in sorted(texts - words(source, "kinds.js", "TEXTS", "[]")):
        yield f"web/src/kinds.js: TEXTS lacks the text {text}"


def main():
    found = list(faults(sys.argv[1]))
    print("1..1")
    print("not ok 1 - the pages name every kind" if found else "ok 1 - the pages name every kind")
    for fault in found:
        print(f"# {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
