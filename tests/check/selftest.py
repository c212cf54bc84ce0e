#!/usr/bin/env python3
"""tests/check/selftest.py COMPILER... - proof that each rule of this folder can fail, and that
the runner counts and ends tests as it says.

A small sound tree is written to a temporary folder; every rule is content with it. Then each
fault is planted alone, and exactly its rule must complain.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "tools")]
import check_objects  # noqa: E402
import check_source  # noqa: E402
import run_tests  # noqa: E402

HEADER = """/* base/sum.h - adds. */
#ifndef SHEAF_BASE_SUM_H
#define SHEAF_BASE_SUM_H

int sheaf_sum(int a, int b);

#endif
"""
MUTANTS = ("== what is added comes first\nby base/sum\nin src/base/sum.c\n"
           "-int sheaf_sum(int a, int b)\n+int sheaf_sum(int b, int a)\n")
SOUND = {
    "src/base/meson.build": "files('sum.c')\n",
    "src/base/sum.h": HEADER,
    "src/base/sum.c": '#include "base/sum.h"\n\nint sheaf_sum(int a, int b)\n{\n'
                      "    return a + b; /* the time() of 1.5 fopen is a comment */\n}\n",
    "src/hub/meson.build": "files('hub.c')\n",
    "src/hub/hub.c": '#include "base/sum.h"\n#include <time.h>\n\nint main(void)\n{\n'
                     "    return sheaf_sum(1, 2);\n}\n",
    "README.md": "# Sum\n",
    "tools/mutants.txt": MUTANTS,
}
BODY = "int sheaf_sum(int a, int b)\n{\n%s    return a + b;\n}\n"
INCLUDE = '#include "base/sum.h"\n'


def base(body="", before=""):
    return {"src/base/sum.c": INCLUDE + before + BODY % body}


# (rule, what is planted over the sound tree)
PLANTED = [
    ("layers", base(before='#include "hub/page.h"\n')),
    ("layers", {"src/hub/hub.c": SOUND["src/hub/hub.c"].replace(
        "#include <time.h>", '#include "node/node.h"')}),
    ("layers", base(before='#include "web/page.h"\n')),
    ("layers", {"src/other/meson.build": "files('x.c')\n", "src/other/x.c": "int x;\n"}),
    ("purity", base(before="#include <time.h>\n")),
    ("purity", base(before="#include <math.h>\n")),
    ("purity", base(before="#include <sodium.h>\n")),
    ("purity", base("    double c = a;\n    a = (int)c;\n")),
    ("purity", base("    a = (int)(a * 1.5);\n")),
    ("purity", base("    a += (int)time(0);\n")),
    ("purity", base("    a += rand();\n")),
    ("purity", base("    a += getenv(\"A\") != 0;\n")),
    ("purity", base("    fopen(\"a\", \"r\");\n")),
    ("purity", base("    printf(\"a\");\n")),
    ("file_sizes", base(before="int x;\n" * 601)),
    ("function_sizes", base("    a += 1;\n" * 70)),
    ("headers", {"src/base/sum.h": HEADER.replace("/* base/sum.h - adds. */\n", "")}),
    ("headers", {"src/base/sum.h": HEADER.replace("BASE_SUM", "BASE_SUN")}),
    ("dead_files", {"src/base/meson.build": "files()\n"}),
    ("dead_files", {"src/base/more.h": HEADER.replace("sum.h", "more.h").replace(
        "SUM_H", "MORE_H").replace("int sheaf_sum(int a, int b);\n", "")}),
    ("leftovers", base(before="/* TO" + "DO: more */\n")),
    ("leftovers", base(before="int x; \n")),
    ("leftovers", base(before="\tint x;\n")),
    ("leftovers", base(before="/* " + "-" * 100 + " */\n")),
    ("leftovers", {"README.md": "# Sum"}),
    ("dead_functions", {"src/base/sum.h": HEADER.replace(
        "int b);\n", "int b);\nint sheaf_product(int a, int b);\n")}),
    ("foreign_names", {"README.md": "See /wor" + "k/main.\n"}),
    ("readers", {"src/hub/readers.c":
                 "enum {\n    AREA(key, MEMBERS),\n    AREA(member, MEMBERS),\n};\n",
                 "src/hub/meson.build": "files('hub.c', 'readers.c')\n",
                 "docs/api.md": "Everyone for `key`.\n"}),
    ("foreign_names", {"README.md": "From https://registry.npm" + "js.org/.\n"}),
    ("mutants", {"tools/mutants.txt": MUTANTS.replace("a, int b", "a, int c")}),
    ("mutants", {"tools/mutants.txt": MUTANTS.replace("-int", "-{\n-int")}),
]

OBJECTS_SOUND = "int sum(int a, int b);\nint sum(int a, int b)\n{\n    return a + b;\n}\n"
# (which of the two rules, planted C)
OBJECTS_PLANTED = [
    (0, "#include <time.h>\nlong now(void);\nlong now(void)\n{\n    return time(0);\n}\n"),
    (0, "#include <stdio.h>\nvoid say(void);\nvoid say(void)\n{\n    puts(\"a\");\n}\n"),
    (0, "int sheaf_later(void);\nint one(void);\nint one(void)\n{\n"
        "    return sheaf_later();\n}\n"),
    (1, "double half(double a);\ndouble half(double a)\n{\n    return a * 0.5;\n}\n"),
    (1, "long whole(float a);\nlong whole(float a)\n{\n    return (long)a;\n}\n"),
]

# (output, exit status, wanted (passed, failed, skipped))
COUNTED = [
    ("1..2\nok 1 - a\nok 2 - b\n", 0, (2, 0, 0)),
    ("1..2\nok 1 - a\nnot ok 2 - b\n# why\n# not ok - tests\n", 1, (1, 1, 0)),
    ("1..2\nok 1 - a\nnot ok 2 # SKIP b\n", 0, (1, 0, 1)),
    ("1..3\nok 1 - a\n", 0, (1, 1, 0)),
    ("1..1\nok 1 - a\n==1==ERROR: LeakSanitizer\n", 23, (1, 1, 0)),
    ("1..4\n", 139, (0, 1, 0)),
    ("1..4\n", 0, (0, 1, 0)),
    ("all is well\n", 0, (1, 0, 0)),
    ("it is not ok\n", 1, (0, 1, 0)),
    ("no browser here\n", 77, (0, 0, 1)),
    ("", 0, (1, 0, 0)),
]


def rules_complaining(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w") as file:
                file.write(text)
        tree = check_source.Tree(root)
        return {rule.__name__[len("rule_"):] for rule in check_source.RULES if list(rule(tree))}


def object_rules_complaining(compiler, source, folder="base"):
    with tempfile.TemporaryDirectory() as root:
        paths = [os.path.join(root, name) for name in ("a.c", "a.o", "liba.a")]
        with open(paths[0], "w") as file:
            file.write(source)
        subprocess.run([*compiler, "-O1", "-c", paths[0], "-o", paths[1]], check=True)
        subprocess.run(["ar", "rcs", paths[2], paths[1]], check=True)
        found = check_objects.complaints_about([(folder, paths[2])])
        return {index for index, complaints in enumerate(found) if complaints}


def over_time():
    """A test that never ends, and starts another that does not, is ended with it."""
    test = {"name": "sleep", "cmd": ["sh", "-c", "sleep 100 & sleep 100"], "timeout": 1}
    _, passed, failed, _, seconds, _, _ = run_tests.run(test, None, False)
    return passed == 0 and failed == 1 and seconds < 30


def main():
    results = [("the sound tree", rules_complaining(SOUND) == set())]
    for rule, planted in PLANTED:
        found = rules_complaining({**SOUND, **planted})
        results.append(("planted against %s: %s" % (rule, sorted(found)), found == {rule}))
    planted_for = {rule for rule, _ in PLANTED}
    results.append(("every rule has a plant",
                    planted_for == {rule.__name__[len("rule_"):] for rule in check_source.RULES}))
    compiler = sys.argv[1:] or ["cc"]
    results.append(("sound object", object_rules_complaining(compiler, OBJECTS_SOUND) == set()))
    for rule, source in OBJECTS_PLANTED:
        found = object_rules_complaining(compiler, source)
        results.append(("object planted against rule %d: %s" % (rule, found), found == {rule}))
    for row, (output, status, want) in enumerate(COUNTED):
        got = run_tests.count(output, status)
        results.append(("row %d of what is counted: %s" % (row, got), got == want))
    results.append(("a test over its time is ended", over_time()))

    print("1..%d" % len(results))
    for number, (what, good) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if good else "not ok", number, what))
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
