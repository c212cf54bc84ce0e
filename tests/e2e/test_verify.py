#!/usr/bin/env python3
"""`sheaf verify` as a user has it: what is sound, each kind of fault, an older program on a newer
log, an earlier checkpoint, wrong usage."""
import json
import os
import shutil
import subprocess

import kit

ENTRIES = 3000


def make_log(folder, *arguments, lines=None):
    os.mkdir(folder)
    with open(lines or os.devnull, encoding="utf-8") as file:
        done = subprocess.run([os.environ["MAKE_LOG"], folder, *map(str, arguments)], stdin=file,
                              capture_output=True, text=True, timeout=120)
    kit.check(f"a log in {os.path.basename(folder)}", done.returncode == 0, done.stderr)
    return folder


def verified(name, log, *options):
    done = kit.sheaf("verify", log, "--json", *options)
    ok = kit.check(name, done.returncode == 0, done.stdout + done.stderr)
    return json.loads(done.stdout) if ok else {}


def sound(log, base):
    one = verified("a sound log, one thread", log, "--jobs", 1)
    many = verified("a sound log, three threads", log, "--jobs", 3)
    kit.check("both say the same", one == many and one["entries"] == ENTRIES, many)
    hashes = verified("its hashes only", log, "--no-signatures")
    kit.check("which says so", hashes.get("hashes_only") is True
              and hashes["root"] == one["root"], hashes)
    words = kit.sheaf("verify", log, "--no-signatures").stdout
    kit.check("in words too", "not checked" in words and "signatures of entries" in words, words)
    kept = os.path.join(base, "kept.checkpoint")
    verified("a verified checkpoint is kept", log, "--save", kept)
    again = verified("and taken up again", log, "--from", kept)
    kit.check("no signature of it is checked twice", again.get("trusted") == ENTRIES, again)
    half = verified("from an older checkpoint on", log, "--from",
                    os.path.join(log, "half.checkpoint"))
    kit.check("the rest is checked", half.get("trusted") == ENTRIES // 2
              and half["digest"] == one["digest"], half)


def changed(log, base, name, change, words, code=3):
    copy = os.path.join(base, "changed")
    shutil.copytree(log, copy)
    change(os.path.join(copy, "log"))
    kit.refused(name, code, words, "verify", copy)
    shutil.rmtree(copy)


def flip(name, at):
    def change(log):
        with open(os.path.join(log, name), "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))
    return change


def remove(name):
    return lambda log: os.remove(os.path.join(log, name))


def faults(log, base):
    changed(log, base, "a changed entry is named", flip("tile/entries/002", 5),
            "tile/entries/002: entry 512, from byte 0, was changed")
    changed(log, base, "a changed hash is named", flip("tile/0/003", 33), "byte 33 is wrong")
    changed(log, base, "a changed upper tile", flip("tile/1/000.p/11", 3), "tile/1/000.p/11")
    changed(log, base, "a changed checkpoint", flip("checkpoint", 40), "checkpoint")
    newest = f"tile/0/{ENTRIES // 256:03}.p/{ENTRIES % 256}"
    changed(log, base, "the newest partial tile must be there", remove(newest),
            f"{newest} is missing")
    os.makedirs(os.path.join(base, "empty"))
    kit.refused("a folder without a log", 1, "holds no log", "verify",
                os.path.join(base, "empty"))
    changed(log, base, "a log without its checkpoint", remove("checkpoint"),
            "checkpoint is missing")
    kit.refused("no folder", 1, "no folder", "verify", os.path.join(base, "nowhere"))


def frozen(base):
    replay = os.path.join(os.environ["SOURCE"], "tests", "replay")
    void = make_log(os.path.join(base, "void"), "log.b", lines=f"{replay}/r1/entries.jsonl")
    done = kit.sheaf("verify", void)
    kit.check("the first void entry is named, with what it rests on", done.returncode == 3
              and " is void: " in done.stderr and "it rests on: " in done.stderr, done.stderr)
    done = kit.sheaf("verify", void, "--json")
    said = json.loads(done.stdout)
    kit.check("by number too", said["fault_entry"] > 0 and said["voids"] > 1, said)
    newer = make_log(os.path.join(base, "newer"), "log", lines=f"{replay}/newer/entries.jsonl")
    done = kit.sheaf("verify", newer)
    kit.check("an older program stops before rules it does not know",
              done.returncode == 1 and "needs a program with rules revision 2" in done.stderr,
              done.stderr)
    done = kit.sheaf("verify", newer, "--json")
    kit.check("and says which it needs", done.returncode == 1
              and json.loads(done.stdout)["needs_revision"] == 2, done.stdout)
    done = kit.sheaf("verify", newer, "--no-signatures")
    kit.check("whose hashes are sound", done.returncode == 0, done.stderr)


def usage(log, base):
    nonsense = os.path.join(base, "nonsense")
    with open(nonsense, "wb") as file:
        file.write(b"\xff\x00 no note")
    kit.refused("an earlier checkpoint that is none", 1, "earlier checkpoint", "verify", log,
                "--from", nonsense)
    kit.refused("nor is an empty file one", 1, "is empty", "verify", log, "--from", os.devnull)
    lines = open(os.path.join(log, "half.checkpoint"), "rb").read().split(b"\n")
    with open(nonsense, "wb") as file:
        file.write(b"\n".join([lines[0][:-1] + b"x", b"999999", *lines[2:]]))
    kit.refused("one of another log accuses nobody", 1, "of the log", "verify", log, "--from",
                nonsense)
    kit.refused("one that is not there", 1, "nowhere", "verify", log, "--from",
                os.path.join(base, "nowhere"))
    kit.refused("a key that is none", 2, "--vkey", "verify", log, "--vkey", "nonsense")
    kit.refused("no threads", 2, "--jobs", "verify", log, "--jobs", 0)
    kit.refused("no log of no entries", 2, "--entries", "demo", "--entries", 0)
    kit.refused("nothing to keep", 2, "--save", "verify", log, "--no-signatures", "--save",
                nonsense)


def main():
    with kit.Folder() as base:
        log = make_log(os.path.join(base, "long"), ENTRIES)
        sound(log, base)
        faults(log, base)
        frozen(base)
        usage(log, base)
    kit.finish()


if __name__ == "__main__":
    main()
