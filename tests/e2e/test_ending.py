"""Two members dissolve their co-op: what is owed is paid, both sign the final accounts, the log is
sealed, and what stays of it is an archive that anybody can check."""
import json
import os
import subprocess

from kit import Folder, Hub, check, finish, refused, run, sheaf, until


def motion(hub, homes, title, kind, what):
    """The members adopt a motion with that effect; what went wrong."""
    done = sheaf("motion", "open", "--home", homes[0], "--title", title, "--effect", "-", "--json",
                 stdin=json.dumps({"kind": kind, "what": what}))
    if done.returncode:
        return done.stderr + done.stdout
    index = json.loads(done.stdout)["index"]
    for home in homes:
        sheaf("ballot", "cast", "--home", home, "--motion", index, "--choice", "yes")
    row = until(lambda: (lambda m: m if m["state"] != "open" else None)(
        json.loads(hub.get(f"/api/v1/motions/{index}")[1])["motion"]))
    return "" if row and row["state"] == "adopted" else json.dumps(row)


def act(home, *flags):
    done = sheaf(*flags, "--home", home, "--json")
    check(" ".join(map(str, flags[:2])), done.returncode == 0, done.stderr + done.stdout)
    return json.loads(done.stdout)["index"] if done.returncode == 0 else None


def wind_up(hub, ada, bea):
    b = json.loads(hub.get("/api/v1/state/member")[1])["rows"][1]["id"]
    shown = sheaf("ending", "show", "--home", ada)
    check("a co-op that goes on says so", "goes on" in shown.stdout, shown.stdout + shown.stderr)
    act(ada, "revenue", "record", "--amount-cents", 1000, "--memo", "last sale")
    trouble = motion(hub, (ada, bea), "The end", "coop.dissolve",
                     {"liquidators": [{"member": 0}, {"member": b}]})
    check("it is dissolved", not trouble, trouble)
    refused("nobody is admitted any more", 4, "being wound up", "join", hub.url, "--member", "Cem",
            "--person", "--home", os.path.join(os.path.dirname(ada), "c"))
    owed = act(ada, "creditor", "record", "--amount-cents", 300, "--name", "Mill Ltd",
               "--reason", "power")
    refused("who recorded it does not settle it", 4, "another liquidator", "creditor", "settle",
            "--home", ada, "--creditor", owed, "--evidence", "paid", "--outcome", "paid")
    shown = sheaf("ending", "show", "--home", ada).stdout
    check("what is owed is shown", f"entry {owed}: 3.00 EUR, to be paid" in shown, shown)
    check("and who winds it up", "liquidators member 0 (Ada)" in shown
          and f"member {b} (Bea)" in shown, shown)
    act(bea, "creditor", "settle", "--creditor", owed, "--evidence", "transfer 7",
        "--outcome", "paid")
    shown = sheaf("ending", "show", "--home", bea).stdout
    check("what is left, where it goes and what is to be signed is shown",
          "7.00 EUR to another cooperative" in shown
          and "sheaf coop close --paid-cents 0 --rest-cents 700" in shown
          and "being wound up" in shown, shown)
    refused("other accounts are not signed", 4, "not the final accounts", "coop", "close",
            "--home", ada, "--paid-cents", 1, "--rest-cents", 699)


def export(hub, scratch, ada):
    """The members as a table, which another co-op imports."""
    done = sheaf("register", "export", "--home", ada)
    lines = done.stdout.splitlines()
    check("members export their register", done.returncode == 0 and len(lines) == 3
          and lines[0].startswith("number,name,class,joined") and lines[2].startswith('2,"Bea",'),
          done.stdout + done.stderr)
    table = os.path.join(scratch, "register.csv")
    with open(table, "w", encoding="utf-8") as file:
        file.write(done.stdout)
    other, owner = os.path.join(scratch, "other"), os.path.join(scratch, "owner")
    sheaf("found", other, "--name", "Bigger", "--purpose", "to go on", "--member", "Oda",
          "--person", "--demonstration", "--home", owner)
    with Hub(other) as there:
        done = sheaf("import", table, "--home", owner, "--hub", there.url)
        check("and another co-op imports it", done.returncode == 0, done.stdout + done.stderr)


def seal(hub, coop, scratch, ada, bea):
    refused("a co-op that is not sealed has no archive", 1, "not sealed", "archive", coop,
            os.path.join(scratch, "early"))
    flags = ("coop", "close", "--paid-cents", 0, "--rest-cents", 700)
    act(ada, *flags)
    shown = sheaf("ending", "show", "--home", bea).stdout
    check("who has signed is shown", "member 0 (Ada), who has signed" in shown, shown)
    act(bea, *flags)
    shown = sheaf("ending", "show", "--home", bea).stdout
    told = sheaf("ending", "show", coop).stdout
    check("the hub's own folder knows the names as well", "member 0 (Ada)" in told, told)
    check("then it is sealed", "its log is sealed" in shown and "7.00 EUR" in shown, shown)
    refused("nothing is accepted any more", 4, "sealed", "motion", "open", "--home", ada,
            "--title", "After all")
    check("what was is still read", hub.get("/api/v1/coop")[0] == 200)


def archive(coop, scratch):
    to = os.path.join(scratch, "archive")
    shown = run("the folder becomes an archive", "archive", coop, to, "--json")
    told = sheaf("ending", "show", to).stdout
    check("who wound it up stands there by number alone", "liquidators member 0," in told
          and "Ada" not in told, told)
    check("which is sound", shown.get("sound") is True, shown)
    names = set(os.listdir(to))
    check("it has a list, and neither keys nor persons",
          {"SHA256SUMS", "ARCHIVE.txt", "log"} <= names and not names & {"keys", "private.db"},
          names)
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=to, check=False,
                          capture_output=True, text=True)
    check("whose hashes hold", done.returncode == 0, done.stdout + done.stderr)
    with open(os.path.join(to, "SHA256SUMS"), encoding="utf-8") as file:
        listed = {line.split("  ", 1)[1].rstrip("\n") for line in file}
    there = {os.path.relpath(os.path.join(folder, name), to)
             for folder, _, found in os.walk(to) for name in found}
    check("and are of every file", there - listed == {"SHA256SUMS"}, there ^ listed)
    done = sheaf("verify", to)
    check("the archive verifies", done.returncode == 0, done.stdout + done.stderr)
    shown = sheaf("ending", "show", to).stdout
    check("and says how the co-op ended", "its log is sealed" in shown, shown)


def main():
    with Folder() as scratch:
        coop, ada, bea = (os.path.join(scratch, name) for name in ("coop", "ada", "bea"))
        done = sheaf("found", coop, "--name", "Brief", "--purpose", "to end well", "--member",
                     "Ada", "--person", "--demonstration", "--home", ada)
        check("a co-op is founded", done.returncode == 0, done.stderr)
        with Hub(coop) as hub:
            index = json.loads(sheaf("join", hub.url, "--member", "Bea", "--person", "--home", bea,
                                     "--json").stdout)["index"]
            sheaf("member", "admit", "--home", ada, "--hub", hub.url, "--member", index)
            wind_up(hub, ada, bea)
            export(hub, scratch, ada)
            seal(hub, coop, scratch, ada, bea)
        with Hub(coop) as hub:
            check("a hub still serves it", hub.get("/log/checkpoint")[0] == 200)
        archive(coop, scratch)
    finish()


main()
