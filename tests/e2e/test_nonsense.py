"""Nonsense on the command line: wrong numbers, things of other sorts, missing and binary files,
folders and addresses that are none. Each is refused in a sentence, with the exit code that says
whose fault it is, and nothing is entered."""
import concurrent.futures
import os
import subprocess
import sys

from kit import SHEAF, Folder, Hub, check, finish, sheaf

USAGE, FAILED, REFUSED = 2, 1, 4
SHOWS = ("accountability", "advice", "allocation", "argument", "assembly", "ballots", "budget",
         "circle", "dispute", "election", "licence", "model", "motion", "override", "payment",
         "petition", "proposal")
LISTS = (("circle", "list"), ("ending", "show"), ("override", "list"), ("proxy", "list"),
         ("organ", "show", "-"), ("status",), ("withheld",), ("register", "export"))
FILES = {"binary": bytes(range(255, -1, -1)), "empty": b"", "zero": b"a\0b", "latin": b"caf\xe9",
         "deep": b"[" * 5000, "number": b'[{"member":99999999999999999999}]',
         "twice": b'[{"member":1,"member":1}]'}
WHAT = {"ballot cast": ("--choice", "yes", "--motion"), "petition sign": ("--petition",),
        "advice give": ("--text", "x", "--advice"), "assembly attend": ("--assembly",),
        "minutes approve": ("--minutes",), "accountability answer": ("--text", "x", "--process"),
        "dispute settle": ("--dispute",), "circle join": ("--circle",),
        "proposal consent": ("--proposal",), "payment sign": ("--payment",),
        "override suspend": ("--of",), "candidate stand": ("--election",),
        "recovery confirm": ("--recovery",), "member admit": ("--member",),
        "key revoke": ("--key",), "conflict declare": ("--matter",),
        "argument give": ("--text", "x", "--matter")}
LISTED = {"advice open": ("--title", "t", "--text", "x", "--asked"),
          "allocation open": ("--title", "t", "--amount", "1", "--points", "1", "--options"),
          "election vote": ("--election", "1", "--approve"),
          "motion open": ("--title", "t", "--effect")}


def say(code, words, *command, stdin=b""):
    """What is wrong with how it ends, or None."""
    done = subprocess.run([SHEAF, *map(str, command)], capture_output=True, input=stdin,
                          timeout=60)
    said = done.stderr.decode(errors="replace")
    plain = said.startswith("sheaf: ") and len(said.splitlines()) <= 2 and words in said
    if done.returncode == code and plain and not done.stdout:
        return None
    return f"{' '.join(map(str, command))}: exit {done.returncode}: {said}{done.stdout[:200]}"


def all_refused(name, cases):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [fault for fault in pool.map(lambda case: say(*case), cases) if fault]
    check(f"{name}: {len(list(cases))} commands", not wrong, "\n".join(wrong))


def files_in(folder):
    made = {}
    for name, content in FILES.items():
        made[name] = os.path.join(folder, name)
        with open(made[name], "wb") as file:
            file.write(content)
    return made


def numbers(folder):
    shows = [(noun, "show") for noun in SHOWS]
    all_refused("no number", [(USAGE, "not “x”", *show, "x", folder) for show in shows])
    all_refused("a number that nothing has", [(FAILED, "", *show, 99999, folder) for show in shows])
    all_refused("the founding is none of them", [(FAILED, "", *show, 0, folder) for show in shows])
    all_refused("no argument", [(USAGE, "missing", *show) for show in shows])


def places(folder, files):
    nowhere = (("a file", files["binary"], "no log"), ("nothing", folder + "/nowhere", "no log"),
               ("a folder", folder + "/..", "no log"),
               ("another scheme", "ftp://example.org", "begin with http"),
               ("a port where nobody is", "http://127.0.0.1:1", "reach"),
               ("no port", "http://127.0.0.1:99999", "port"), ("no host", "http://[", "host"))
    for name, place, words in nowhere:
        all_refused(f"{name} is no co-op",
                    [(FAILED, words, *command, place) for command in LISTS]
                    + [(FAILED, words, "petition", "show", 1, place)])


def acts(home, size):
    flags = ("--home", home)

    def cases(code, words, value, kinds=tuple(WHAT)):
        return [(code, words, *kind.split(), *WHAT[kind], value, *flags) for kind in kinds]

    others = [kind for kind in WHAT if kind not in ("key revoke", "member admit")]
    all_refused("things of other sorts", cases(REFUSED, "refused: ", 0, others))
    all_refused("numbers that nothing has", cases(REFUSED, "refused: ", 99999))
    for wrong in ("x", "-1", "1.5", "", "99999999999999999999999"):
        all_refused(f"“{wrong}” for a number", cases(USAGE, "whole number", wrong))
    check("and nothing was entered", size() == 1, size())


def lists(home, files):
    flags = ("--home", home)

    def cases(code, words, path):
        return [(code, words, *kind.split(), *given, path, *flags)
                for kind, given in LISTED.items()]

    for name, path in files.items():
        all_refused(f"a file that is {name}", cases(USAGE, "is not JSON", path))
        all_refused(f"bylaws that are {name}",
                    [(FAILED, name, "bylaws", "check", path),
                     (FAILED, name, "bylaws", "show", path),
                     (FAILED, name, "bylaws", "amend", path, "--title", "t", *flags)])
    all_refused("a file that is not there", cases(FAILED, "No such file", "/nowhere"))
    all_refused("standard input that is none", cases(USAGE, "standard input is not JSON", "-"))


def main():
    with Folder() as folder:
        home, coop = os.path.join(folder, "ada"), os.path.join(folder, "coop")
        done = sheaf("found", coop, "--name", "Oak", "--purpose", "To last.", "--member", "Ada",
                     "--person", "--home", home)
        check("a co-op is founded", done.returncode == 0, done.stderr)
        files = files_in(folder)
        with Hub(coop) as hub:
            sheaf("status", "--home", home, "--hub", hub.url)
            numbers(coop)
            places(coop, files)
            acts(home, hub.size)
            lists(home, files)
    finish()


if __name__ == "__main__":
    sys.exit(main())
