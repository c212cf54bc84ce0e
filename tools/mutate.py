#!/usr/bin/env python3
"""tools/mutate.py BUILD [NAME]... - take out one defence after the other: a test must notice.

tools/mutants.txt lists them. Each has a name, the tests that must fail without the defence,
and what is changed where:

    == who is called a survivor is no drop-out
    by sim both-secrets
    in src/round/participant_answer.c
    -    SHEAF_TRY(dropouts_check(bundle, list, err));

`by sim NAME` is a scenario of sim/, `by FOLDER/NAME` a unit test; each of them must fail.
Lines after `-` must stand in the file once, in this order, and give way to those after `+`.

Works on a copy of the files that git knows, in BUILD/tree, built without sanitizers in
BUILD/build. A test that fails without any change, a change that does not fit the source any
more or does not compile, and a scenario that no mutant names all count as failures. The last
line is `N passed, N failed`.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

TABLE = "tools/mutants.txt"
TEST_S = 120
# How a line begins that tells of a failure: of cmocka, of TAP, of a fuzz target.
FAILED = ("[  FAILED  ]", "not ok", "# died on")
OPTIONS = ["--buildtype=debugoptimized", "-Dwerror=false", "-Db_ndebug=false"]


class Mutant:
    def __init__(self, name, line):
        self.name, self.line, self.by, self.hunks = name, line, [], []


def parse(lines, path):
    """The mutants of the table; ends the program at a line that means nothing."""
    mutants, folder = [], None
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\n")
        word, _, rest = line.partition(" ")
        if line.startswith("== "):
            mutants.append(Mutant(rest, number))
            folder = None
        elif not line or line.startswith("#"):
            continue
        elif word == "by":
            mutants[-1].by.append(rest)
        elif word == "in":
            folder = rest
            mutants[-1].hunks.append((folder, [], []))
        elif line[0] == "-" and folder:
            if mutants[-1].hunks[-1][2]:
                mutants[-1].hunks.append((folder, [], []))
            mutants[-1].hunks[-1][1].append(line[1:])
        elif line[0] == "+" and folder:
            mutants[-1].hunks[-1][2].append(line[1:])
        else:
            sys.exit("%s:%d: this line means nothing" % (path, number))
    for mutant in mutants:
        if not mutant.by or not mutant.hunks:
            sys.exit("%s:%d: no test or no change" % (path, mutant.line))
    return mutants


def changed(mutant, text_of):
    """The texts of the files that it changes, by name, and "", or what does not fit."""
    texts = {}
    for name, before, after in mutant.hunks:
        text = texts.get(name) or text_of(name)
        lines, instead = "\n".join(before) + "\n", "".join(line + "\n" for line in after)
        if text.count(lines) != 1:
            return {}, "stands %d times in %s: %s" % (text.count(lines), name, before[0])
        texts[name] = text.replace(lines, instead)
    return texts, ""


def copy_tree(to):
    """Files that did not change keep their time, so that little is built again."""
    wanted = subprocess.run(["git", "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], check=True,
                            capture_output=True).stdout.decode().split("\0")
    wanted = {name for name in wanted if name and os.path.isfile(name)}
    for folder, _, files in os.walk("web/dist"):
        wanted |= {os.path.join(folder, name) for name in files}
    for name in sorted(wanted):
        target = os.path.join(to, name)
        if os.path.exists(target) and open(target, "rb").read() == open(name, "rb").read():
            continue
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        shutil.copyfile(name, target)
        shutil.copymode(name, target)


class Bench:
    """The copy, its build and its tests."""

    def __init__(self, build):
        self.tree, self.build = os.path.join(build, "tree"), os.path.join(build, "build")
        copy_tree(self.tree)
        if not os.path.exists(os.path.join(self.build, "build.ninja")):
            subprocess.run(["meson", "setup", self.build, self.tree] + OPTIONS, check=True,
                           stdout=subprocess.DEVNULL)
        listed = json.loads(subprocess.run(["meson", "introspect", "--tests", self.build],
                                           check=True, capture_output=True).stdout)
        self.tests = {test["name"]: test for test in listed}
        targets = json.loads(subprocess.run(["meson", "introspect", "--targets", self.build],
                                            check=True, capture_output=True).stdout)
        self.made = {target["id"]: target["filename"] for target in targets}

    def command(self, by):
        if by.startswith("sim "):
            return self.tests["sim/scenarios"]["cmd"][:1] + by.split()[1:]
        return self.tests[by]["cmd"] if by in self.tests else None

    def test(self, by):
        return self.tests["sim/scenarios" if by.startswith("sim ") else by]

    def make(self, names):
        """Builds the tests, and the programs that they start."""
        files = {file for by in names for target in self.test(by)["depends"]
                 for file in self.made.get(target, [])}
        targets = sorted(os.path.relpath(file, os.path.abspath(self.build)) for file in files)
        done = subprocess.run(["ninja", "-C", self.build] + targets, capture_output=True)
        return done.returncode == 0, done.stdout.decode("utf-8", "replace")

    def holds(self, by):
        """Whether the test passes; and what it said of that. It is ended where it fails."""
        env = dict(os.environ, MALLOC_PERTURB_="153")
        test = self.test(by)
        env.update(test.get("env") or {})
        said, failed = [""], ""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, subprocess.Popen(
                self.command(by), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=dict(env, TMPDIR=folder), cwd=test.get("workdir") or None) as running:
            os.chmod(folder, 0o755)
            late = threading.Timer(TEST_S, running.kill)
            late.start()
            for line in running.stdout:
                said.append(line.decode("utf-8", "replace").rstrip())
                if said[-1].startswith(FAILED):
                    failed = said[-1]
                    break  # that is enough to know
            timed_out = not late.is_alive()
            late.cancel()
            if failed:
                running.kill()
        if timed_out:
            return False, "over %d s" % TEST_S
        return not failed and running.returncode == 0, (failed or said[-1])[:120]

    def read(self, name):
        with open(os.path.join(self.tree, name), encoding="utf-8") as file:
            return file.read()

    def write(self, texts):
        for name, text in texts.items():
            with open(os.path.join(self.tree, name), "w", encoding="utf-8") as out:
                out.write(text)


def judge(bench, mutant):
    """None if every test notices, else what is wrong."""
    unknown = [by for by in mutant.by if not bench.command(by)]
    if unknown:
        return "there is no test " + ", ".join(unknown)
    new, misfit = changed(mutant, bench.read)
    if misfit:
        return misfit
    old = {name: bench.read(name) for name in new}
    try:
        bench.write(new)
        built, output = bench.make(mutant.by)
        if not built:
            return "does not compile: " + next((line for line in output.splitlines()
                                                if "error" in line), "")[:160]
        survived = []
        for by in mutant.by:
            held, words = bench.holds(by)
            if held:
                survived.append(by)
            else:
                print("    %s: %s" % (by, words), flush=True)
        return "is not noticed by " + ", ".join(survived) if survived else None
    finally:
        bench.write(old)


def scenarios_without(bench, mutants):
    listed = subprocess.run(bench.command("sim list"), check=True, capture_output=True).stdout
    names = {line.split()[0] for line in listed.decode().splitlines()}
    named = {by.split()[1] for mutant in mutants for by in mutant.by if by.startswith("sim ")}
    return sorted(names - named)


def main():
    parser = argparse.ArgumentParser(description="take out one defence after the other")
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", help="parts of the mutants' names")
    options = parser.parse_args()
    with open(TABLE, encoding="utf-8") as file:
        every = parse(file, TABLE)
    mutants = [m for m in every if not options.names or any(n in m.name for n in options.names)]
    bench = Bench(options.build)
    tests = sorted({by for mutant in mutants for by in mutant.by if bench.command(by)})
    built, output = bench.make(tests + ["sim list"])
    if not built:
        sys.exit(output[-4000:])
    faults = ["%s fails as it is: %s" % (by, bench.holds(by)[1]) for by in tests
              if not bench.holds(by)[0]]
    if not options.names:
        faults += ["no mutant names the scenario " + name
                   for name in scenarios_without(bench, mutants)]
    caught = 0
    for mutant in mutants:
        print(mutant.name, flush=True)
        fault = judge(bench, mutant)
        caught += fault is None
        if fault:
            faults.append("%s: %s (%s:%d)" % (mutant.name, fault, TABLE, mutant.line))
            print("    FAILED " + fault, flush=True)
    print("\n".join(faults))
    print("%d passed, %d failed" % (caught, len(faults)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
