"""What identifies people: stated, shown, exported, kept while it must be, erased for good - and
the log, its proofs and its state as they were. The hub runs all the while."""
import hashlib
import json
import os
import shutil
import sqlite3

from kit import Folder, Hub, check, finish, free_port, refused, run, sheaf, until

NAME, ADDRESS = "Beatrice Findable", "7 Hidden Lane, 12345 Nowhere"
BANK, CONTACT = "DE02120300000000202051", "bea@findable.example"
MEMO = "a subsidy of the town"
TITLE, REASON = "Tea at four o'clock", "Because Beatrice likes it"
SECRETS = [text.encode() for text in (NAME, ADDRESS, BANK, CONTACT)]


def files(folder):
    for root, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(root, name)


def holding(folder, needles):
    """The files in which one of the byte strings stands."""
    found = []
    for path in files(folder):
        with open(path, "rb") as file:
            data = file.read()
        found += [path for needle in needles if needle in data]
    return found


def fingerprint(folder):
    """Hash of every file of the log, and what verify says of root and state."""
    hashes = {}
    for path in files(os.path.join(folder, "log")):
        with open(path, "rb") as file:
            hashes[path] = hashlib.sha256(file.read()).hexdigest()
    done = sheaf("verify", folder, "--json")
    said = json.loads(done.stdout) if done.returncode == 0 else {"fault": done.stderr + done.stdout}
    return hashes, said


def keys_and_boxes(folder, person):
    """The person's key and sealed rows, read past the program."""
    db = sqlite3.connect(os.path.join(folder, "private.db"))
    found = [row[0] for row in db.execute("SELECT key FROM person_key WHERE person=?", (person,))]
    found += [row[0] for row in db.execute("SELECT sealed FROM detail WHERE person=?", (person,))]
    db.close()
    return found


def prepare(scratch):
    port = free_port()
    coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "a")
    sheaf("found", coop, "--name", "Test Co-op", "--purpose", "to be tried", "--member",
          "Ada Lovelace", "--person", "--demonstration", "--home", home, "--hub",
          f"http://127.0.0.1:{port}")
    return coop, home, port


def join(scratch, hub, home):
    b = os.path.join(scratch, "b")
    bea = run("Bea applies", "join", hub.url, "--member", NAME, "--person", "--home", b,
              "--json").get("index")
    run("and is admitted", "member", "admit", "--home", home, "--member", bea, "--json")
    run("and states her details", "person", "update", "--home", b, "--address", ADDRESS,
        "--bank-account", BANK, "--contact", CONTACT, "--json")
    motion = run("and opens a motion", "motion", "open", "--home", b, "--title", TITLE,
                 "--reason", REASON, "--json").get("index")
    run("and records revenue", "revenue", "record", "--home", b, "--amount-cents", 5, "--memo",
        MEMO, "--json")
    check("which closes, so that the log rests", until(lambda: json.loads(
        hub.get(f"/api/v1/motions/{motion}")[1])["motion"]["state"] != "open"))
    return b, bea


def show(coop, bea):
    shown = run("person show", "person", "show", bea, coop, "--json")
    details = {row["field"]: row["text"] for row in shown.get("details", [])}
    check("shows every detail", details == {"name": NAME, "address": ADDRESS, "bank_account": BANK,
                                            "contact": CONTACT}, shown)
    check("none of it stands readable in the folder", not holding(coop, SECRETS),
          holding(coop, SECRETS))
    held = run("person export", "person", "export", bea, coop)
    check("exports acts and texts too",
          [act["kind"] for act in held.get("acts", [])] == ["member.apply", "person.update",
                                                          "motion.open", "revenue.record"]
          and {row.get("text") for row in held.get("texts", [])} == {TITLE, REASON, MEMO}, held)
    done = sheaf("person", "show", bea, coop)
    check("and for people", NAME in done.stdout and "register of its members" in done.stdout,
          done.stdout + done.stderr)
    done = sheaf("log", "show", coop)
    check("the operator's log names members", NAME in done.stdout, done.stdout + done.stderr)


def grounds(coop, bea, code=4):
    said = run("erasure is refused", "person", "erase", bea, coop, "--json", code=code)
    check("with ground and review date", all(row["review"] > 0 and row["rests_on"]
                                             for row in said.get("keep", [])), said)
    return [row["ground"] for row in said.get("keep", [])]


def keep(coop, b, bea):
    check("while she is a member", grounds(coop, bea) == ["member"])
    run("Bea leaves", "member", "leave", "--home", b, "--json")
    run("a hold is recorded", "person", "hold", bea, coop, "--until", "2099-01-01", "--ground",
        "a claim is pending")
    check("while a hold stands", grounds(coop, bea) == ["hold"])
    run("the hold ends", "person", "hold", bea, coop, "--lift")
    for ground in "\udcff", "":
        refused("a hold without a ground in words", 1, "ground", "person", "hold", bea, coop,
                "--until", "2099-01-01", "--ground", ground)
    refused("a note must be text", 1, "UTF-8", "privacy", "note", coop, "breach", "--title", "x",
            "--text", "\udcff")
    refused("a hold until a day that there is not", 2, "YYYY-MM-DD", "person", "hold", bea, coop,
            "--until", "2099-02-30", "--ground", "x")


def erase(coop, bea):
    before = fingerprint(coop)
    needles = keys_and_boxes(coop, bea)
    check("key and sealed rows are in the folder", len(needles) == 5 and holding(coop, needles))
    check("before, every commitment has its text", before[1].get("texts_missing") == 0, before[1])
    said = run("it is erased", "person", "erase", bea, coop, "--texts", "--json")
    check("with the texts she wrote, but for a record of money", said.get("erased") is True
          and said.get("texts") == 2 and said.get("texts_kept") == 1
          and holding(coop, [MEMO.encode()]), said)
    needles += SECRETS + [TITLE.encode(), REASON.encode()]
    check("nothing of it is in any file of the folder", not holding(coop, needles),
          holding(coop, needles))
    after = fingerprint(coop)
    check("every file of the log is as it was", before[0] == after[0])
    check("root and digest of the state too", all(
        before[1].get(name) == after[1].get(name) for name in ("root", "digest", "entries")), after)
    check("verify counts what has no value any more", after[1].get("texts_missing") == 6, after[1])
    done = sheaf("verify", coop)
    check("and says it", "6 commitments" in done.stdout, done.stdout + done.stderr)
    with open(os.path.join(coop, "erasures.json"), encoding="utf-8") as file:
        listed = json.load(file)["erasures"]
    check("the list of erasures has number and time alone",
          len(listed) == 1 and set(listed[0]) == {"at", "before", "person", "texts"}
          and listed[0]["person"] == bea, listed)
    run("erasing again changes nothing", "person", "erase", bea, coop)
    shown = run("it is shown as erased", "person", "show", bea, coop, "--json")
    check("with nothing behind its commitments", all(
        row["value"] == "gone" and "text" not in row for row in shown.get("details", [{}])), shown)


def backup(scratch, coop):
    """2 of 3 officers; the backup has everybody."""
    keys = [os.path.join(scratch, f"officer{i}.key") for i in range(3)]
    public = [run("an officer makes a key", "person", "officer-key", key, "--json")["public"]
              for key in keys]
    officers = [word for key in public for word in ("--public", key)]
    file = os.path.join(scratch, "register")
    said = run("the register is backed up", "person", "backup", coop, "--to", file, "--officers",
               2, *officers, "--json")
    check("with every detail", said.get("details") == 5 and said.get("left_out") == 0, said)
    check("none of it readable", file not in holding(scratch, SECRETS + [b"Ada Lovelace"]))
    refused("a file that is there is kept", 1, "already", "person", "backup", coop, "--to", file,
            "--officers", 1, *officers)
    refused("more officers than there are", 2, "from 1 to the 3", "person", "backup", coop, "--to",
            file + "2", "--officers", 4, *officers)
    refused("an officer's key that is none", 1, "no officer's key", "person", "backup", coop,
            "--to", file + "2", "--officers", 1, "--public", "AAAA")
    refused("the same officer twice", 1, "same key", "person", "backup", coop, "--to", file + "2",
            "--officers", 1, *officers, "--public", public[0])
    return file, keys


def restore(scratch, coop, file, keys):
    """The hub is lost: somebody has its log, the officers have the register."""
    lost = os.path.join(scratch, "mirror")
    shutil.copytree(os.path.join(coop, "log"), os.path.join(lost, "log"))
    two = ["--key", keys[0], "--key", keys[2]]
    refused("one officer is not enough", 1, "2 officers; 1 are here", "person", "restore", file,
            lost, "--key", keys[1])
    refused("an officer's key that is not there", 1, "no key file", "person", "restore", file, lost,
            "--key", os.path.join(scratch, "none.key"))
    refused("a member's key is no officer's", 1, "no key file of this version", "person",
            "restore", file, lost, "--key", os.path.join(scratch, "a", "keys", "member.key"))
    with open(file, "rb") as source:
        data = bytearray(source.read())
    data[-20] ^= 1
    with open(file + ".bad", "wb") as target:
        target.write(data)
    done = sheaf("person", "restore", file + ".bad", lost, *two)
    check("a changed backup is refused", done.returncode in (1, 3), done.stderr)
    refused("what is no backup", 1, "no backup of a register: byte 2", "person", "restore",
            __file__, lost, *two)
    check("nothing came of it", not os.path.exists(os.path.join(lost, "private.db")))
    said = run("two officers bring it back, with the list of erasures", "person", "restore", file,
               lost, *two, "--erasures", os.path.join(coop, "erasures.json"), "--json")
    check("all but who was erased since", said.get("restored") == 1
          and said.get("erased_again") == 4, said)
    done = sheaf("person", "show", 0, lost)
    check("the founder is known again", "Ada Lovelace" in done.stdout, done.stdout + done.stderr)
    check("of Bea nothing came back", not holding(lost, SECRETS))
    told = run("the restore is in the register", "privacy", "report", lost, "--json")
    check("with its facts", len(told.get("restores", [])) == 1 and len(told["erasures"]) == 2, told)
    other = os.path.join(scratch, "other")
    sheaf("found", other, "--name", "Other", "--purpose", "p", "--member", "M", "--demonstration",
          "--home", os.path.join(scratch, "m"))
    refused("another co-op's register", 1, "another co-op", "person", "restore", file, other, *two)


def third(hub, coop, home):
    """Somebody who is no member is named in a text."""
    words = "Charles Nomember has complained"
    motion = run("a motion names somebody", "motion", "open", "--home", home, "--title", words,
                 "--json").get("index")
    check("its words are served", words.encode() in hub.get(f"/api/v1/motions/{motion}")[1])
    said = run("they are erased", "text", "erase", motion, coop, "--json")
    check("all of them", said.get("texts") == 1 and not holding(coop, [words.encode()]), said)
    check("and served no more", words.encode() not in hub.get(f"/api/v1/motions/{motion}")[1])
    memo = run("money is received", "revenue", "record", "--home", home, "--amount-cents", 100,
               "--memo", words, "--json").get("index")
    said = run("words about money are kept", "text", "erase", memo, coop, "--json", code=4)
    check("for the years of accounting", said.get("ground") == "accounting"
          and said.get("review", 0) > 0, said)
    refused("an entry that names a person", 1, "sheaf person", "text", "erase", 0, coop)
    refused("an entry without texts", 1, "no texts", "text", "erase", 2, coop)
    refused("an entry that there is not", 1, "", "text", "erase", 9999, coop)
    refused("an index that is none", 2, "index", "text", "erase", "x", coop)


def report(coop):
    run("the co-op says who acts for it", "privacy", "set", coop, "representative", "the board")
    run("a breach is noted", "privacy", "note", coop, "breach", "--title", "lost | laptop",
        "--text", "facts", "--at", "2026-11-20", "--reported", "2026-11-21")
    told = run("privacy report as data", "privacy", "report", coop, "--json")
    check("is a draft with its parts", told.get("draft") is True
          and told["settings"]["representative"] == "the board"
          and told["breaches"][0]["title"] == "lost | laptop"
          and len(told["erasures"]) == 2 and told["coop"]["left"] == 1
          and len(told["activities"]) == 5, told)
    done = sheaf("privacy", "report", coop)
    check("and as Markdown", "**Draft**" in done.stdout and "lost \\| laptop" in done.stdout
          and "Test Co-op" in done.stdout, done.stdout + done.stderr)
    check("it names nobody", "Ada" not in done.stdout, done.stdout)
    refused("a setting that there is not", 2, "no setting", "privacy", "set", coop, "x", "y")
    refused("years that are none", 2, "0 to 100", "privacy", "set", coop, "accounting_years", "ten")
    refused("a kind of register that there is not", 2, "breach", "privacy", "note", coop, "x",
            "--title", "t", "--text", "t")
    refused("a report on nothing", 1, "no log", "privacy", "report", coop + "x")


def nonsense(scratch, coop):
    refused("a number that is none", 2, "not the number", "person", "show", "x", coop)
    refused("an entry that brought nobody in", 1, "brought nobody in", "person", "show", 2, coop)
    refused("an entry that there is not", 1, "brought nobody in", "person", "erase", 4000, coop)
    refused("a folder that is none", 1, "no log", "person", "show", 0,
            os.path.join(scratch, "nowhere"))
    refused("a member's home is no hub's folder", 1, "private.db", "person", "show", 0,
            os.path.join(scratch, "a"))
    path = os.path.join(coop, "private.db")
    lock = sqlite3.connect(path)
    lock.execute("BEGIN EXCLUSIVE")
    refused("a database that another process keeps", 1, "in use by another process", "person",
            "show", 0, coop)
    lock.rollback()
    lock.close()
    os.chmod(path, 0o644)
    refused("a database that others can read", 1, "chmod 600", "person", "show", 0, coop)
    os.chmod(path, 0o600)
    with open(path, "rb") as file:
        whole = file.read()
    with open(path, "wb") as file:
        file.write(whole[:4096] + b"\xff" * (len(whole) - 4096))
    refused("a database that is damaged", 3, "damaged", "person", "show", 0, coop)
    refused("with which no hub starts", 3, "damaged", "serve", coop, "--port", 0)
    with open(path, "wb") as file:
        file.write(whole)
    run("whole again, it is read", "person", "show", 0, coop, "--json")


def main():
    with Folder() as scratch:
        coop, home, port = prepare(scratch)
        with Hub(coop, port) as hub:
            b, bea = join(scratch, hub, home)
            show(coop, bea)
            keep(coop, b, bea)
            file, keys = backup(scratch, coop)
            erase(coop, bea)
            third(hub, coop, home)
            status, listed = hub.get("/api/v1/erasures")
            with open(os.path.join(coop, "erasures.json"), "rb") as source:
                check("the hub tells who was erased, by number", status == 200
                      and source.read().strip() == listed.strip(), listed)
            report(coop)
            run("the hub goes on", "motion", "open", "--home", home, "--title", "On we go",
                "--json")
        restore(scratch, coop, file, keys)
        nonsense(scratch, coop)
    finish()


main()
