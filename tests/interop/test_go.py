#!/usr/bin/env python3
"""Logs of Sheaf, read and checked by somebody else's program: the Go implementation of notes
and transparent logs (Debian's golang-go and golang-golang-x-mod-dev). Without them: skipped."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from kit import check, finish  # noqa: E402

SOURCES = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog"
ENTRIES = 10000


def run(*arguments, **options):
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=300,
                          **options)


def build(folder):
    """The Go program, without any download: with the packages that Debian installed."""
    env = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="",
               GOCACHE=os.environ.get("SHEAF_GO_CACHE", os.path.join(folder, "cache")),
               GOTOOLCHAIN="local", CGO_ENABLED="0")
    program = os.path.join(folder, "checklog")
    done = run("go", "build", "-o", program, os.path.join(HERE, "checklog.go"), env=env)
    return program if check("the Go program is built", done.returncode == 0,
                            done.stderr) else None


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def check_log(program, folder):
    log = os.path.join(folder, "coop")
    os.mkdir(log)
    done = run(os.environ["MAKE_LOG"], log, ENTRIES)
    if not check(f"a log of {ENTRIES} entries is written", done.returncode == 0, done.stderr):
        return
    key = open(os.path.join(log, "vkey"), encoding="utf-8").read().strip()
    older = os.path.join(log, "half.checkpoint")
    done = run(program, log, key, older)
    want = f"entries {ENTRIES}\ninclusion 8\nconsistency {ENTRIES // 2} {ENTRIES}\n"
    check("Go accepts checkpoint, tiles, entries, inclusion and consistency",
          done.returncode == 0 and done.stdout == want, done.stdout + done.stderr)
    for name in ("checkpoint", "tile/0/003", "tile/1/000.p/39", "tile/entries/020"):
        path = os.path.join(log, "log", name)
        flip(path, 70)
        done = run(program, log, key, older)
        check(f"Go refuses a changed byte in {name}", done.returncode == 1, done.stdout)
        flip(path, 70)
    done = run(os.environ["SHEAF"], "verify", log, "--vkey", key)
    check("and so does sheaf verify what it accepts", done.returncode == 0, done.stderr)


def main():
    if not shutil.which("go") or not os.path.isdir(SOURCES):
        print("ok 1 - Go # skip: golang-go and golang-golang-x-mod-dev are not installed: "
              "tools/deps.sh interop")
        print("1..1")
        return
    with tempfile.TemporaryDirectory(prefix="sheaf-go-") as folder:
        program = build(folder)
        if program:
            check_log(program, folder)
    finish()


if __name__ == "__main__":
    main()
