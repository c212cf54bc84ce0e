#!/usr/bin/env python3
"""tests/check/check_source.py ROOT - rules about the source, each printed as one TAP line.

A rule takes a Tree and gives back complaints, one sentence each, naming file and line; no
complaint is `ok`. tests/check/selftest.py plants a fault for every rule and sees it found.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
import mutate  # noqa: E402

# A folder of src/ includes folders of a smaller rank, and itself.
RANKS = {"base": 0, "crypto": 1, "log": 2, "acts": 3, "bylaws": 4, "round": 5, "coop": 6,
         "store": 7, "net": 7, "privacy": 7, "learn": 8, "compute": 8, "claims": 9, "node": 10,
         "hub": 10, "witness": 10, "cli": 11}
CORE = ("base", "crypto", "log", "acts", "bylaws", "round", "coop")

# All that the core may include of the system; sodium, OpenSSL and instructions in crypto/ only.
CORE_HEADERS = {"assert.h", "endian.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h",
                "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"}
CRYPTO_HEADERS = {"sodium.h", "openssl/sha.h", "openssl/evp.h", "intel-ipsec-mb.h", "cpuid.h",
                  "immintrin.h"}
BASE_HEADERS = {"sys/mman.h"}  # advice on memory

# stdio.h and stdlib.h are there for vsnprintf and malloc; this is what else they would bring.
IMPURE_WORDS = re.compile(
    r"\b(float|double|time|clock|clock_\w+|gettimeofday|rand|srand|random|drand48|getrandom|"
    r"randombytes\w*|RAND_\w+|getenv|setenv|setlocale|fopen|fdopen|freopen|fread|fwrite|FILE|"
    r"fflush|printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|fputc|putchar|perror|stdin|"
    r"stdout|stderr|scanf|sscanf|getline|tmpfile|remove|rename|system|exit|atexit|atof|strtod|"
    r"strtof|socket|pthread_\w+|_Thread_local|__thread|_Atomic|alloca)\b")
FLOAT_NUMBER = re.compile(r"(?<![\w.])(\d+\.\d*|\.\d+|\d+[eE][+-]?\d+)[fFlL]?\b")

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
# "file:function" or "file" -> why it may be longer.
LONGER_FUNCTIONS = {}
LONGER_FILES = {}
# Declared for others than this repository's C files: name -> who uses it.
USED_ELSEWHERE = {}

C_FOLDERS = ("src/", "tests/", "fuzz/", "sim/", "bench/")
TEXT_ENDINGS = (".c", ".h", ".def", ".py", ".sh", ".md", ".js", ".jsx", ".mjs", ".css", ".html",
                ".json", ".yml", ".txt", ".build", "Makefile", ".ci/run")
NOT_CHECKED_FOR_FORM = ("LICENSE", "data/", "web/package-lock.json", "tests/vectors/",
                        "tests/replay/", "fuzz/corpus/")
LEFTOVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
FOREIGN = re.compile("|".join((
    r"(?<![\w./-])/wor" + r"k/", r"/tmp/she" + r"af\b", r"(?<![\w./-])/root" + r"/",
    r"registry\.npm" + r"js", r"registry\.yarn" + r"pkg", r"deb\.deb" + r"ian\.org",
    r"security\.deb" + r"ian\.org", r"files\.pythonhost" + r"ed", r"pypi\.o" + r"rg")))

COMMENT_OR_STRING = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'", re.DOTALL)


def strip(text, keep_strings=False):
    """C text without comments (and strings), every line where it was."""
    def blank(match):
        piece = match.group(0)
        if piece[0] in "\"'":
            return piece if keep_strings else piece[0] * 2
        return "\n" * piece.count("\n") or " "
    return COMMENT_OR_STRING.sub(blank, text)


class Tree:
    """The files of the repository that are tracked or could be added, as text."""

    def __init__(self, root):
        self.texts, self.codes = {}, {}
        for path in sorted(self.listed(root)):
            full = os.path.join(root, path)
            if not os.path.isfile(full) or os.path.getsize(full) > 2_000_000:
                continue
            with open(full, "rb") as file:
                data = file.read()
            if b"\0" not in data:
                self.texts[path] = data.decode("utf-8", "replace")
        for path, text in self.texts.items():
            if path.endswith((".c", ".h", ".def")):
                self.codes[path] = strip(text)

    @staticmethod
    def listed(root):
        git = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"], capture_output=True)
        top = os.path.exists(os.path.join(root, ".git"))
        if top and git.returncode == 0:
            return [name for name in git.stdout.decode().split("\0") if name]
        found = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders
                          if name not in (".git", "node_modules", "dist", "__pycache__")
                          and not name.startswith(("build", "demo"))]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
        return found

    def c_files(self, endings=(".c", ".h")):
        return [path for path in self.texts
                if path.startswith(C_FOLDERS) and path.endswith(endings)]


def folder_of(path):
    """The folder of src/ that a file belongs to, or None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def includes(tree, path):
    for number, line in enumerate(strip(tree.texts[path], keep_strings=True).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def rule_layers(tree):
    """a folder includes only folders above it in the order of layers"""
    for path in tree.c_files((".c", ".h", ".def")):
        folder = folder_of(path)
        if folder is None:
            continue
        if folder not in RANKS:
            yield "%s: the folder %s has no place in the order of layers" % (path, folder)
            continue
        for number, quote, name in includes(tree, path):
            other = name.split("/")[0]
            if quote == '"' and other in ("web", "tests", "fuzz", "sim", "bench"):
                yield "%s:%d: src/ includes %s" % (path, number, name)
            elif quote == '"' and other in RANKS and other != folder:
                if RANKS[other] >= RANKS[folder]:
                    yield "%s:%d: %s/ may not include %s" % (path, number, folder, name)


def rule_purity(tree):
    """the core uses no clock, file, socket, randomness, thread, locale or floating point"""
    for path in tree.c_files((".c", ".h", ".def")):
        folder = folder_of(path)
        if folder not in CORE:
            continue
        allowed = CORE_HEADERS | {"base": BASE_HEADERS, "crypto": CRYPTO_HEADERS}.get(folder, set())
        for number, quote, name in includes(tree, path):
            if quote == "<" and name not in allowed:
                yield "%s:%d: <%s> has no place in the core" % (path, number, name)
        for number, line in enumerate(tree.codes[path].split("\n"), 1):
            # A format attribute names printf without calling it.
            line = re.sub(r"format\(\s*printf", "format(", line)
            line = re.sub(r"(->|\.)\s*\w+", r"\1member", line) if "->" in line else line
            if not path.endswith(".def") and IMPURE_WORDS.search(line):
                word = IMPURE_WORDS.search(line).group(0)
                if word in ("time", "clock", "random", "rand", "remove", "rename", "system", "exit",
                            "printf") and not re.search(r"\b%s\s*\(" % word, line):
                    continue
                yield "%s:%d: `%s` has no place in the core" % (path, number, word)
            if FLOAT_NUMBER.search(line) and not re.match(r"\s*#\s*include", line):
                yield "%s:%d: a floating-point number in the core" % (path, number)


def rule_file_sizes(tree):
    """no file of C has more than 600 lines; tables (.def) are exempt"""
    for path in tree.c_files():
        lines = tree.texts[path].count("\n")
        if lines > FILE_LINES_MAX and path not in LONGER_FILES:
            yield "%s: %d lines, more than %d: split it by noun" % (path, lines, FILE_LINES_MAX)


def functions(code):
    """(name, first line, lines) of each function; its braces stand in column 0."""
    lines = code.split("\n")
    begun = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{") and begun is None:
            begun = number
        elif line.startswith("}") and begun is not None:
            before = " ".join(lines[max(0, begun - 8):begun - 1])
            names = re.findall(r"(\w+)\s*\([^;{}]*\)\s*$", re.split(r"[;}]", before)[-1])
            name = re.search(r"(\w+)\s*\(", re.split(r"[;}]", before)[-1])
            yield (name.group(1) if name else names[0] if names else "?"), begun, number - begun + 1
            begun = None


def rule_function_sizes(tree):
    """no function has more than 70 lines"""
    for path in tree.c_files():
        for name, begun, lines in functions(tree.codes[path]):
            if lines > FUNCTION_LINES_MAX and path + ":" + name not in LONGER_FUNCTIONS:
                yield "%s:%d: %s has %d lines, more than %d" % (
                    path, begun, name, lines, FUNCTION_LINES_MAX)


def rule_headers(tree):
    """each header has its guard and begins with what it is"""
    for path in tree.c_files((".h",)):
        folder = folder_of(path)
        if folder is None:
            continue
        short = path[len("src/"):]
        guard = "SHEAF_" + re.sub(r"[^A-Z0-9]", "_", short.upper())
        # acts/acts_internal.h need not say acts twice; hub/hub.h does.
        twice = "_%s_%s_" % (folder.upper(), folder.upper())
        if not guard.endswith(twice + "H"):
            guard = guard.replace(twice, "_%s_" % folder.upper())
        text, code = tree.texts[path], tree.codes[path]
        if not text.startswith("/* %s - " % short):
            yield "%s: does not begin with `/* %s - what it is`" % (path, short)
        if not re.match(r"\s*#ifndef %s\n#define %s\n" % (guard, guard), code):
            yield "%s: is not guarded by %s" % (path, guard)


def build_text(tree, path):
    """The nearest build description of a file, or None."""
    folder = os.path.dirname(path)
    while folder:
        text = tree.texts.get(folder + "/meson.build")
        if text is not None:
            return text
        folder = os.path.dirname(folder)
    return None


def rule_dead_files(tree):
    """each .c is built, each .h and .def is included"""
    included = set()
    for path in tree.c_files((".c", ".h", ".def")):
        for _, _, name in includes(tree, path):
            included.add(os.path.basename(name))
    for path in tree.c_files((".c", ".h", ".def")):
        name = os.path.basename(path)
        if path.endswith(".c"):
            if path.startswith(("fuzz/fuzz_", "bench/bench_", "bench/accuracy/accuracy_")):
                continue  # found by name
            text = build_text(tree, path) or ""
            stem = re.sub(r"^(test|sim)_", "", name[:-2])
            # A build description may list what stands between test_ and .c.
            if not re.search(r"'([^']*/)?%s'" % re.escape(name), text) and not (
                    not path.startswith("src/") and "'%s'" % stem in text):
                yield "%s: no meson.build builds it" % path
        elif name not in included:
            yield "%s: nothing includes it" % path


def rule_leftovers(tree):
    """no leftovers, tabs, trailing spaces or lines over 100 columns"""
    for path, text in tree.texts.items():
        if not path.endswith(TEXT_ENDINGS) or path.startswith(NOT_CHECKED_FOR_FORM):
            continue
        tabs_stand = path.endswith("Makefile")
        if text and not text.endswith("\n"):
            yield "%s: the last line does not end" % path
        for number, line in enumerate(text.split("\n"), 1):
            where = "%s:%d: " % (path, number)
            if LEFTOVER.search(line):
                yield where + "`%s` left over" % LEFTOVER.search(line).group(0)
            if line != line.rstrip():
                yield where + "trailing space"
            if "\t" in line and not tabs_stand:
                yield where + "a tab"
            if len(line) > COLUMNS_MAX and path.endswith((".c", ".h", ".py", ".sh")):
                yield where + "%d columns, more than %d" % (len(line), COLUMNS_MAX)


DECLARED = re.compile(r"\b(sheaf_\w+)\s*\((?!\s*\*)")


def declared_functions(code):
    """Names of functions that a header declares or defines, at the outermost level."""
    code = re.sub(r"^[ ]*#(?:[^\n\\]|\\.|\\\n)*", "", code, flags=re.MULTILINE | re.DOTALL)
    depth, flat = 0, []
    for char in code:
        depth -= char == "}"
        flat.append(char if depth == 0 else " ")
        depth += char == "{"
    for statement in re.split(r"[;}]", "".join(flat)):
        statement = re.sub(r"__attribute__\s*\(\([^;]*?\)\)", " ", statement)
        if "typedef" not in statement:
            match = DECLARED.search(statement)
            if match:
                yield match.group(1)


def uses_of(tree):
    """identifier -> {path: how often}"""
    uses = {}
    for path, code in tree.codes.items():
        for name in re.findall(r"\bsheaf_\w+", code):
            counts = uses.setdefault(name, {})
            counts[path] = counts.get(path, 0) + 1
    return uses


def unused(tree):
    """(header, name, where it is used nevertheless) of functions that the program itself does
    not use outside the file that defines them"""
    uses = uses_of(tree)
    for path in tree.c_files((".h",)):
        if folder_of(path) is None:
            continue
        for name in sorted(set(declared_functions(tree.codes[path]))):
            if name in USED_ELSEWHERE:
                continue
            counts = dict(uses[name])
            counts[path] -= 1
            if counts[path] > 0:
                continue
            definition = re.compile(r"^(?!\s)(?:[^;{}#=]*?)\b%s\s*\([^;{}]*\)\s*\{" % name,
                                    re.MULTILINE)
            users = {other for other, number in counts.items() if number > 0
                     and not (folder_of(other) and definition.search(tree.codes[other]))}
            if not any(other.startswith("src/") for other in users):
                yield path, name, users


def rule_dead_functions(tree):
    """each function that a header declares is used outside the file that defines it"""
    for path, name, users in unused(tree):
        if not users:
            yield "%s: %s is used nowhere else: make it static, or remove it" % (path, name)


def rule_foreign_names(tree):
    """no path of one machine and no host of a package registry stands in the repository"""
    for path, text in tree.texts.items():
        if path.startswith("data/"):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            match = FOREIGN.search(line)
            if match:
                yield "%s:%d: `%s`" % (path, number, match.group(0))


def rule_readers(tree):
    """docs/api.md names each table of the state that src/hub/readers.c gives an area"""
    tables = re.findall(r"^ +AREA\((\w+), \w+\),$", tree.texts.get("src/hub/readers.c", ""),
                        re.MULTILINE)
    for table in tables:
        if "`%s`" % table not in tree.texts.get("docs/api.md", ""):
            yield "docs/api.md does not say who may read `%s`" % table


def rule_mutants(tree):
    """what tools/mutants.txt takes out stands in the source, once"""
    for mutant in mutate.parse(tree.texts.get(mutate.TABLE, "").split("\n"), mutate.TABLE):
        misfit = mutate.changed(mutant, lambda name: tree.texts.get(name, ""))[1]
        if misfit:
            yield "%s:%d: %s: %s" % (mutate.TABLE, mutant.line, mutant.name, misfit)


RULES = (rule_layers, rule_purity, rule_file_sizes, rule_function_sizes, rule_headers,
         rule_dead_files, rule_leftovers, rule_dead_functions, rule_foreign_names,
         rule_readers, rule_mutants)


def main():
    if len(sys.argv) != 2:
        print("usage: check_source.py ROOT", file=sys.stderr)
        return 2
    tree = Tree(sys.argv[1])
    assert tree.c_files(), "no source under " + sys.argv[1]
    print("1..%d" % len(RULES))
    failed = 0
    for number, rule in enumerate(RULES, 1):
        complaints = list(rule(tree))
        failed += bool(complaints)
        print("%s %d - %s" % ("not ok" if complaints else "ok", number, rule.__doc__))
        for complaint in complaints:
            print("# " + complaint)
    for path, name, users in unused(tree):
        if users:
            print("# for information: %s of %s is used by %s only"
                  % (name, path, ", ".join(sorted(users))))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
