"""A hub's folder copied while acts come in, spoiled, restored and served again."""
import os
import shutil
import threading

from kit import Folder, Hub, check, finish, free_port, refused, run, sheaf, until

NAME = "Beatrice Findable"
TITLE = "Tea at four for Beatrice"


def holding(folder, needle):
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as file:
                if needle.encode() in file.read():
                    found.append(os.path.join(root, name))
    return found


def sound(name, folder):
    return run(name, "verify", folder, "--json")


def copies(scratch, hub, coop, home):
    """Backups while another member's acts come in one after the other."""
    stop = threading.Event()

    def talk():
        number = 0
        while not stop.is_set() and number < 60:
            sheaf("dataset", "register", "--home", home, "--title", f"Set {number}", "--records",
                  10, "--schema", "s", "--licence", "CC0-1.0", "--subjects", "none",
                  "--commitment", "0" * 64)
            number += 1

    talking = threading.Thread(target=talk)
    talking.start()
    made = []
    for number in range(3):
        path = os.path.join(scratch, f"copy{number}")
        said = run(f"backup {number} of a hub that works", "backup", coop, path, "--json")
        again = sound("it verifies", path)
        check("and has what it says", again.get("entries") == said.get("entries")
              and not os.path.exists(os.path.join(path, "keys")), again)
        made.append(said.get("entries", 0))
        until(lambda: hub.size() > made[-1])
    stop.set()
    talking.join()
    check("acts came in meanwhile", made[2] > made[0], made)


def main():
    with Folder() as scratch:
        port = free_port()
        coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "a")
        b = os.path.join(scratch, "b")
        sheaf("found", coop, "--name", "Test Co-op", "--purpose", "to be tried", "--member",
              "Ada Lovelace", "--demonstration", "--home", home, "--hub",
              f"http://127.0.0.1:{port}")
        with Hub(coop, port) as hub:
            bea = run("Bea applies", "join", hub.url, "--member", NAME, "--home", b,
                      "--json").get("index")
            run("is admitted", "member", "admit", "--home", home, "--member", bea, "--json")
            run("describes a data set", "dataset", "register", "--home", b, "--title", TITLE,
                "--records", 10, "--schema", "s", "--licence", "CC0-1.0", "--subjects", "none",
                "--commitment", "0" * 64, "--json")
            copies(scratch, hub, coop, home)
            run("Bea leaves", "member", "leave", "--home", b, "--json")
            full = os.path.join(scratch, "full")
            said = run("a backup with keys", "backup", coop, full, "--with-keys", "--json")
            check("has them", said.get("keys") is True
                  and os.path.exists(os.path.join(full, "keys", "hub.key")), said)
            refused("a folder that is filled is no place for one", 1, "not empty", "backup", coop,
                    full)
            refused("nothing is no hub's folder", 1, "holds no log", "backup", scratch,
                    os.path.join(scratch, "x"))
            run("then Bea is erased", "person", "erase", bea, coop, "--texts", "--json")
        back = os.path.join(scratch, "back")
        check("the copy has her title still", holding(full, TITLE) != [])
        said = run("it is restored with the newer list", "restore", full, back, "--erasures",
                   os.path.join(coop, "erasures.json"), "--json")
        check("and she is erased again", said.get("persons_erased_again") == 1
              and said.get("texts_erased_again") == 1 and not holding(back, TITLE), said)
        shown = run("the founder is known", "person", "show", 0, back, "--json")
        check("by name", shown["details"][0].get("text") == "Ada Lovelace", shown)
        shown = run("Bea is not", "person", "show", bea, back, "--json")
        check("any more", shown["details"][0].get("value") == "gone", shown)
        sound("the restored folder verifies", back)
        size = said["entries"]
        with Hub(back, port) as hub:
            check("a hub serves it from where it was", hub.size() == size, hub.size())
            run("and members go on", "dataset", "register", "--home", home, "--title", "On",
                "--records", 10, "--schema", "s", "--licence", "CC0-1.0", "--subjects", "none",
                "--commitment", "0" * 64, "--json")
        sound("and it verifies then too", back)
        bare = os.path.join(scratch, "bare")
        run("a copy without keys is restored", "restore", os.path.join(scratch, "copy0"), bare)
        refused("but serves only with its keys", 1, "log.key", "serve", bare, "--port", 0)
        shown = run("and its names are sealed", "person", "show", 0, bare, "--json")
        check("all of them", {row["value"] for row in shown["details"]} == {"sealed"}, shown)
        spoil(scratch, full)
    finish()


def spoil(scratch, full):
    """Whatever is wrong with a copy, nothing is made of it."""
    to = os.path.join(scratch, "never")
    bad = os.path.join(scratch, "bad")
    for what in ("bundle", "checkpoint", "text", "tile"):
        shutil.copytree(full, bad)
        path = {"bundle": "log/tile/entries", "tile": "log/tile/0", "text": "texts/data",
                "checkpoint": "log"}[what]
        folder = os.path.join(bad, path)
        names = [name for root, _, names in os.walk(folder) for name in
                 (os.path.join(root, n) for n in names)]
        name = os.path.join(folder, "checkpoint") if what == "checkpoint" else sorted(names)[-1]
        with open(name, "r+b") as file:
            file.seek(33)
            byte = file.read(1)
            file.seek(33)
            file.write(bytes([byte[0] ^ 1]))
        done = sheaf("restore", bad, to)
        check(f"a copy with a spoiled {what} is not restored", done.returncode in (1, 3)
              and not os.path.exists(to), f"{done.returncode} {done.stdout}{done.stderr}")
        shutil.rmtree(bad)
    other = os.path.join(scratch, "other.json")
    with open(other, "w", encoding="utf-8") as file:
        file.write('{"erasures":[],"origin":"sheaf/bbbbbbbbbbbbbbbbbbbbbbbbbb","version":1}')
    refused("nor with the erasures of another co-op", 1, "of another co-op", "restore", full, to,
            "--erasures", other)
    refused("nor one whose erasures cannot be done again", 1, "byte 0", "restore", full, to,
            "--erasures", os.devnull)
    check("of which nothing is left", not os.path.exists(to))
    refused("nor one that is not there", 1, "holds no log", "restore", bad, to)


main()
