#!/usr/bin/env python3
"""`sheaf verify` as a user has it: what is sound, each kind of fault, an older program on a newer
log, an earlier checkpoint, an interrupted verification that is gone on with, wrong usage."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess

import kit

ENTRIES = 3000
MANY = 45000  # more than are verified before the state is kept for the first time


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
    rows = [json.loads(row) for row in kit.sheaf("log", "show", void, "--json").stdout.splitlines()]
    told = [row for row in rows if "void" in row]
    kit.check("log show tells why each is void, and on what article it rests",
              len(told) == said["voids"] and said["fault"].endswith(told[0]["why"])
              and all(re.search(r"\(article \d+, [^()]+; code \d+\)$", row["why"])
                      for row in told), told[:3])
    kit.check("and the index of each entry", [row["index"] for row in rows]
              == list(range(len(rows)))
              and all(("entry" in row) != ("bytes" in row) for row in rows)
              and all(row["void"] == "malformed" for row in rows if "bytes" in row))
    lines = kit.sheaf("log", "show", void).stdout.splitlines()
    kit.check("in words too", sum("; void: " in line and "; code " in line for line in lines)
              == said["voids"], lines[-3:])
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


def interrupted(log, kept, number):
    """A verification that a signal ends once it has kept something."""
    process = subprocess.Popen([kit.SHEAF, "verify", log, "--jobs", "1", "--keep", kept],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    kit.until(lambda: os.path.exists(kept) or process.poll() is not None)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    return process.returncode, said


def gone_on(name, whole, log, kept, option="--keep"):
    done = kit.sheaf("verify", log, option, kept, "--json")
    again = json.loads(done.stdout)
    at = again.pop("resumed_at")
    kit.check(name, done.returncode == 0 and 0 < at and again == whole, f"{whole}\n{again}")
    kit.check("and says from where on", f"goes on at entry {at}, verified before by this program, "
              f"kept in {kept}" in done.stderr, done.stderr)
    return at


def resumed(log, base):
    whole = verified("a long log", log)
    kit.check("from its first entry on", whole.pop("resumed_at") == 0)
    kept = os.path.join(base, "kept.state")
    code, _ = interrupted(log, kept, signal.SIGKILL)
    kit.check("killed on the way", code == -signal.SIGKILL, code)
    middle = open(kept, "rb").read()
    at = gone_on("it is gone on with and finds the same", whole, log, kept, "--from")
    kit.check("from the middle", at < MANY, at)
    kit.check("--from leaves the file as it is", open(kept, "rb").read() == middle)
    kit.check("as --keep does not", gone_on("again", whole, log, kept) == at
              and gone_on("from the end on", whole, log, kept) == MANY)
    os.remove(kept)
    code, said = interrupted(log, kept, signal.SIGINT)
    kit.check("Ctrl-C says how to go on", code == 1 and "the same command goes on" in said, said)
    kit.check("and keeps what was done", at <= gone_on("with which it goes on", whole, log, kept)
              < MANY)
    return middle


def with_hash(content):
    return content + hashlib.sha256(content).digest()


def spoiled(log, short, middle, base):
    """What cannot be gone on from is named and stays as it is."""
    other = os.path.join(base, "other")
    kit.sheaf("found", other, "--name", "Other", "--purpose", "to be tried", "--member", "Ada",
              "--home", os.path.join(base, "home"))
    theirs = os.path.join(base, "theirs.state")
    kit.check("another co-op", kit.sheaf("verify", other, "--keep", theirs).returncode == 0)
    root = len("sheaf-kept/v1\n") + 4 + 32 + 8
    layout = middle.index(b"sheaf-state/v1\n") + 20

    def flipped(at):
        return middle[:at] + bytes([middle[at] ^ 1]) + middle[at + 1:]
    note = open(os.path.join(short, "half.checkpoint"), "rb").read()
    for name, content, code, words, where in (
            ("a spoiled file", flipped(len(middle) // 2), 1, "is spoiled", log),
            ("one cut short", middle[:-40], 1, "is spoiled", log),
            ("an empty one", b"", 1, "nothing that a verification has kept", log),
            ("a checkpoint is none", note, 1, "nothing that a verification has kept", log),
            ("one of other tables", with_hash(flipped(layout)[:-32]), 1, "another version", log),
            ("one of another co-op", open(theirs, "rb").read(), 1, "is of the log", log),
            ("one of a longer log", middle, 3, "the log was cut", short),
            ("one of other entries", with_hash(flipped(root)[:-32]), 3, "are not those", log)):
        kept = os.path.join(base, "spoiled.state")
        with open(kept, "wb") as file:
            file.write(content)
        kit.refused(name, code, words, "verify", where, "--keep", kept)
        kit.check("stays as it is", open(kept, "rb").read() == content)


def changed_before(log, middle, base):
    """Files changed since are found, though their entries are not folded again."""
    kept = os.path.join(base, "middle.state")
    with open(kept, "wb") as file:
        file.write(middle)
    for name, change, words in (
            ("an entry changed since", flip("tile/entries/002", 5), "tile/entries/002: entry 512"),
            ("a hash changed since", flip("tile/0/003", 33), "byte 33 is wrong")):
        bundle = os.path.join(log, "log")
        change(bundle)
        kit.refused(name, 3, words, "verify", log, "--from", kept)
        change(bundle)
    kit.refused("two states at once", 1, "leave out --from", "verify", log, "--from", kept,
                "--keep", kept)
    kit.refused("nor hashes alone", 1, "no use for", "verify", log, "--from", kept,
                "--no-signatures")


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
    kit.refused("no state of hashes", 2, "--keep", "verify", log, "--no-signatures", "--keep",
                nonsense)
    kit.refused("nor of what is public", 2, "--keep", "verify", log, "--public", "--keep",
                nonsense)
    kit.refused("nothing to keep", 2, "--save", "verify", log, "--no-signatures", "--save",
                nonsense)


def main():
    with kit.Folder() as base:
        log = make_log(os.path.join(base, "long"), ENTRIES)
        sound(log, base)
        faults(log, base)
        frozen(base)
        usage(log, base)
        many = make_log(os.path.join(base, "many"), MANY)
        middle = resumed(many, base)
        spoiled(many, log, middle, base)
        changed_before(many, middle, base)
    kit.finish()


if __name__ == "__main__":
    main()
