"""An imported register with two signatures, and who claims its places; a key that is renewed; keys
of an organisation's people that may do little, for a while; lost keys that are recovered, against
an objection and without; a commitment that another member copies; a death that is denied."""
import json
import os
import time

from kit import Folder, Hub, check, finish, refused, run, sheaf, until

ANSWERS = 'model = "demonstration"\nname = "Oak"\npurpose = "To last."\n'
RECOVERY = {"confirmations": 2, "panel_s": 600, "wait_s": 2}
REGISTER = """number,name,class,joined,kind,cancelled_to
7,Max Moor,member,1998-05-31,person,
8,Ned Nolde,member,2003-01-02,person,2099-12-31
"""


class Coop:
    """Members, each with a home."""

    def __init__(self, folder, hub):
        self.folder, self.hub = folder, hub

    def home(self, who):
        return os.path.join(self.folder, who)

    def act(self, who, *flags):
        """Enters an act; the index of its entry."""
        done = sheaf(*flags, "--home", self.home(who), "--json")
        if done.returncode != 0:
            raise RuntimeError(f"{who} {flags}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]

    def refused(self, name, words, who, *flags):
        refused(name, 4, words, *flags, "--home", self.home(who))

    def rows(self, table):
        return json.loads(self.hub.get("/api/v1/state/" + table)[1])["rows"]

    def row(self, table, index):
        return [row for row in self.rows(table) if row["id"] == index][0]

    def keys(self, who, member):
        done = sheaf("key", "list", "--member", member, "--home", self.home(who))
        return done.stdout + done.stderr

    def shown(self, noun, number, *words):
        done = sheaf(noun, "show", number, "--home", self.home("ada"))
        check(f"{noun} show says {words[0]}", all(word in done.stdout for word in words),
              done.stdout + done.stderr)

    def join(self, who, *flags):
        done = sheaf("join", self.hub.url, "--member", who, *flags, "--home", self.home(who),
                     "--json")
        if done.returncode != 0:
            raise RuntimeError(f"{who} joins: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]


def found(folder):
    answers, made = os.path.join(folder, "answers.toml"), os.path.join(folder, "bylaws.toml")
    with open(answers, "w", encoding="utf-8") as file:
        file.write(ANSWERS)
    sheaf("bylaws", "new", "--answers", answers, "--out", made)
    document = run("bylaws are made", "bylaws", "show", made, "--as", "json")
    document["keys"]["recovery"] = RECOVERY
    document["members"]["admission"]["approvals"] = 1
    document["members"]["exclusion"] = {"hearing_s": 3600}
    path = os.path.join(folder, "bylaws.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    done = sheaf("found", os.path.join(folder, "coop"), "--bylaws", path, "--member", "Ada",
                 "--person", "--home", os.path.join(folder, "ada"))
    check("a co-op is founded on them", done.returncode == 0, done.stderr)


def members(coop):
    """Five with a vote: ada, bob, cat and dan are people, org is none."""
    out = {"ada": 0}
    sheaf("key", "list", "--home", coop.home("ada"), "--hub", coop.hub.url)  # where the hub is
    for who in ("bob", "cat", "dan"):
        out[who] = coop.join(who, "--person")
        coop.act("ada", "member", "admit", "--member", out[who])
    out["org"] = coop.join("org")
    coop.act("ada", "member", "admit", "--member", out["org"])
    return out


def imported(coop):
    path = coop.home("register.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(REGISTER)
    done = sheaf("import", "-", "--home", coop.home("ada"), stdin="number\n")
    check("a table may be piped in", done.returncode == 1 and "standard input" in done.stderr,
          done.stdout + done.stderr)
    done = sheaf("import", "-", "--home", coop.home("ada"), stdin=REGISTER)
    number = coop.rows("import")[-1]["id"]
    check("the register is entered", done.returncode == 0 and f"Entered as import {number}" in
          done.stdout and "A second officer confirms it" in done.stdout, done.stdout + done.stderr)
    refused("no place is claimed before a second signature", 4, "not confirmed", "join",
            coop.hub.url, "--member", "Max Moor", "--place", 7, "--home", coop.home("max"))
    refused("not by the one who entered it", 4, "another member", "import", path, "--against",
            number, "--home", coop.home("ada"))
    other = coop.home("other.csv")
    with open(other, "w", encoding="utf-8") as file:
        file.write(REGISTER.replace("1998-05-31", "1989-05-31"))
    done = sheaf("import", other, "--against", number, "--home", coop.home("bob"))
    check("another file is not confirmed", done.returncode == 1 and
          "number 7 was not entered as it stands" in done.stderr, done.stdout + done.stderr)
    done = sheaf("import", path, "--against", number, "--home", coop.home("bob"))
    check("the same file is", done.returncode == 0
          and f"Import {number} is confirmed" in done.stdout, done.stdout + done.stderr)
    claimed(coop)


def claimed(coop):
    impostor = [coop.join(f"impostor{i}", "--place", 7) for i in range(4)][0]
    refused("four strangers have claimed it", 4, "member.invite", "join", coop.hub.url, "--member",
            "Max Moor", "--place", 7, "--home", coop.home("max"))
    coop.act("bob", "member", "invite", "--public-key=" + new_key(coop, "max"))
    true = coop.join("max", "--place", 7)
    claim = "place 7 of the imported register: “Max Moor”, a person of the class “"
    differs = "the names differ: who claims it is called “max”\n"
    coop.shown("member", true, "claims      " + claim, "”, joined 1998-05-31\n", differs,
               "has applied", "(max)")
    told = sheaf("status", "--home", coop.home("bob")).stdout
    told = (told.split(f"application {true} “max”")[-1] + 3 * "\n").splitlines()[1:3]
    check("who admits reads whose place it is", "claims " + claim in told[0]
          and differs.strip() in told[1], told)
    coop.act("bob", "member", "admit", "--member", true)
    row = coop.row("member", true)
    check("who is in the register has its place", row["state"] == "active" and row["number"] == 7
          and not row["trial"], row)
    table = sheaf("register", "export", "--home", coop.home("ada")).stdout.splitlines()[1:]
    numbers = sorted(int(line.split(",")[0]) for line in table)
    check("and its number for good; others have those after the highest", len(numbers) > 4
          and numbers == [7, *range(9, 8 + len(numbers))]
          and [line for line in table if line.startswith('7,"max","member",1998-05-31,')], table)
    check("another claim of it is declined", coop.row("member", impostor)["state"] == "declined",
          coop.row("member", impostor))
    coop.refused("and stays so", "declined", "ada", "member", "admit", "--member", impostor)
    listed = sheaf("register", "export", "--home", coop.home("ada")).stdout.splitlines()
    numbers = [line.split(",")[0] for line in listed[1:]]
    check("it keeps its number, and nobody has that of another place", '7,"max"' in
          ",".join(line[:7] for line in listed) and "8" not in numbers
          and len(set(numbers)) == len(numbers), listed)
    refused("a place has one member", 4, "claimed already", "join", coop.hub.url, "--member", "Max",
            "--place", 7, "--home", coop.home("late"))


def renewed(coop, who, member):
    before = coop.keys(who, member)
    check("one key", before.count("live") == 1 and "admin data money vote" in before
          and "without end" in before, before)
    done = sheaf("key", "renew", "--home", coop.home(who))
    after = coop.keys(who, member)
    check("a key is renewed", done.returncode == 0 and "the old one is revoked" in done.stderr
          and after.count("live") == 1 and after.count("revoked") == 1
          and after.index("live") < after.index("revoked"), done.stderr + after)
    coop.act(who, "motion", "open", "--title", "Still here")


def new_key(coop, home):
    done = sheaf("key", "new", coop.hub.url, "--home", coop.home(home))
    check(f"{home} has a key", done.returncode == 0 and len(done.stdout) == 44
          and f"sheaf key admit --public-key={done.stdout.strip()}" in done.stderr
          and f"sheaf member invite --public-key={done.stdout.strip()}" in done.stderr,
          done.stdout + done.stderr)
    return done.stdout.strip()


def people_of_an_organisation(coop, org):
    """One votes until soon, one steward lets others in, neither more than they have."""
    soon = int(time.time() * 1000) + 4000
    voter, steward, third = (new_key(coop, home) for home in ("voter", "steward", "third"))
    coop.act("org", "key", "admit", "--public-key=" + voter, "--scopes.vote", "yes",
             "--until", soon)
    later = soon + 3600000
    coop.act("org", "key", "admit", "--public-key=" + steward, "--scopes.admin", "yes",
             "--scopes.data", "yes", "--until", later)
    listed = coop.keys("org", org)
    check("both are listed with scopes and limits", listed.count("live") == 3
          and listed.count("until ") == 2 and "admin data  " in listed, listed)
    coop.act("voter", "motion", "open", "--title", "In the name of the organisation")
    coop.refused("a voter admits nobody", "scope", "voter", "key", "admit", "--public-key=" + third,
                 "--scopes.vote", "yes")
    coop.refused("a steward hands on no vote", "than they have", "steward", "key", "admit",
                 "--public-key=" + third, "--scopes.vote", "yes", "--until", later)
    coop.refused("nor what lasts longer", "longer", "steward", "key", "admit", "--public-key="
                 + third, "--scopes.data", "yes")
    coop.refused("nor takes away what does", "longer", "steward", "key", "revoke", "--key", org)
    coop.act("steward", "key", "admit", "--public-key=" + third, "--scopes.data", "yes", "--until",
             later)
    return soon


def expired(coop, soon, org):
    time.sleep(max(0, soon / 1000 + 0.2 - time.time()))
    coop.refused("what has expired signs nothing", "expired", "voter", "motion", "open", "--title",
                 "Too late")
    steward = [row["id"] for row in coop.rows("key") if row["member"] == org][2]
    coop.act("org", "key", "revoke", "--key", steward)
    coop.refused("nor what is revoked", "revoked", "steward", "dataset", "register", "--title", "x",
                 "--commitment", "a" * 64, "--licence", "CC0-1.0", "--records", 1, "--schema", "x",
                 "--subjects", "none")
    listed = coop.keys("org", org)
    check("and the list says so", listed.count("expired") == 1 and listed.count("revoked") == 1,
          listed)


def recovered(coop, bob):
    """Once against an objection, then for real."""
    def opened(home):
        done = sheaf("recover", coop.hub.url, "--member", bob, "--home", coop.home(home), "--json")
        return json.loads(done.stdout)["index"]
    false = opened("thief")
    coop.refused("the member itself does not confirm", "about itself", "bob", "recovery", "confirm",
                 "--recovery", false)
    coop.shown("recovery", false, "waits for confirmations", "takes       2")
    status = sheaf("status", "--home", coop.home("thief")).stdout
    check("whose new key waits is told for what", "whose keys are to be recovered with the key of "
          "this home\n  it has 0 of 2 confirmations that the key is yours, until 2" in status
          and f"sheaf recovery confirm --recovery {false}\n" in status
          and "--home" not in status, status)
    for who in ("cat", "org"):
        coop.act(who, "recovery", "confirm", "--recovery", false)
    status = sheaf("status", "--home", coop.home("thief")).stdout
    check("and until when", "it is confirmed and waits, until 2" in status
          and "then this key takes the place of all others" in status
          and "until then this key signs nothing" in status and "revoked" not in status, status)
    coop.act("bob", "recovery", "object", "--recovery", false)
    coop.shown("recovery", false, "a panel decides", "2 for the new key with those who confirmed, "
               "1 against with the member itself", "as a protected decision, and 2 who judge",
               "by member", "(cat)")
    coop.shown("member", bob, f"sheaf recovery show {false}", "(bob), a person")
    status = sheaf("status", "--home", coop.home("thief")).stdout
    check("and what an objection means", "it was objected to, and members who did not confirm it "
          "judge, until 2" in status and "if they do not uphold it, it fails" in status, status)
    waits = json.loads(sheaf("status", "--home", coop.home("thief"), "--json").stdout)["waiting"]
    check("nothing else waits for it", waits == [], waits)
    coop.refused("an objection freezes keys", "objected to", "bob", "key", "admit", "--public-key="
                 + new_key(coop, "frozen"), "--scopes.vote", "yes")
    check("the list says so", "frozen" in coop.keys("ada", bob), coop.keys("ada", bob))
    coop.act("ada", "recovery", "judge", "--recovery", false, "--uphold", "no")
    check("the panel has ended it", coop.row("recovery", false)["state"] == "failed"
          and "frozen" not in coop.keys("ada", bob), coop.row("recovery", false))
    status = sheaf("status", "--home", coop.home("thief")).stdout
    check("who failed reads so", f"whose recovery {false} with the key of this home has failed\n"
          "  this key signs nothing; another recovery takes another key: sheaf recover\n" in status,
          status)
    true = opened("bob2")
    coop.refused("who confirmed in vain waits", "objected to and failed", "cat", "recovery",
                 "confirm", "--recovery", true)
    for who in ("ada", "dan"):
        coop.act(who, "recovery", "confirm", "--recovery", true)
    coop.refused("the new key signs nothing yet", "revoked", "bob2", "motion", "open", "--title",
                 "Early")
    told = sheaf("status", "--home", coop.home("bob2")).stdout
    check("and is told for what it waits", "then this key takes the place of all others" in told
          and f"sheaf recovery show {true} tells more\n" in told and "revoked" not in told, told)
    done = until(lambda: coop.row("recovery", true)["state"] == "done", 20)
    check("after the waiting period it takes the place of all others", done,
          coop.row("recovery", true))
    coop.shown("recovery", true, "is done")
    coop.act("bob2", "motion", "open", "--title", "Here I am again")
    coop.refused("the old one is gone", "revoked", "bob", "motion", "open", "--title", "Thief")


def held(coop, cat, dan):
    """A commitment to a person is its member's."""
    for who, home in ("cat", "cat2"), ("dan", "dan2"):
        flags = ("key", "admit", "--public-key=" + new_key(coop, home), "--scopes.vote", "yes",
                 "--holder", "c" * 64)
        if who == "cat":
            coop.act(who, *flags)
            continue
        coop.refused("another's commitment is not copied", "another member has named", who, *flags)
        coop.act("cat", "holder", "allow", "--holder", "c" * 64, "--member", dan)
        coop.act(who, *flags)
    human = [row["human"] for row in coop.rows("key") if row["human"]]
    check("the two are one human", len(human) == 2 and len(set(human)) == 1, human)
    coop.act("cat", "holder", "withdraw", "--holder", "c" * 64, "--member", dan)
    coop.refused("what was allowed is taken back", "another member has named", "dan", "key",
                 "admit", "--public-key=" + new_key(coop, "dan3"), "--scopes.vote", "yes",
                 "--holder",
                 "c" * 64)
    check("as the lists show", "human 0" in coop.keys("ada", cat)
          and "human 0" in coop.keys("ada", dan), coop.keys("ada", cat))


def died(coop, cat):
    """Two record a death, one says that the member lives; a hearing."""
    for who in ("bob2", "dan"):
        coop.act(who, "member", "death", "--member", cat, "--evidence", "d" * 64)
    coop.shown("member", cat, "recorded by 2 of 2", "the membership ends", "death deny")
    coop.act("org", "death", "deny", "--member", cat)
    coop.shown("member", cat, "recorded by 2 of 3", "1 said that the member lives")
    coop.act("cat", "person", "update", "--contact", "cat@example.org")
    coop.refused("a member who signs is alive", "disproved", "org", "death", "deny", "--member",
                 cat)
    asked = coop.act("dan", "exclusion", "open", "--member", cat, "--reason", "Never there.")
    coop.act("cat", "member", "answer", "--exclusion", asked, "--text", "I was ill.")
    coop.shown("member", cat, "asked for by member", "Never there.", "I was ill.", "heard until")


def main():
    with Folder() as folder:
        found(folder)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub)
            people = members(coop)
            imported(coop)
            renewed(coop, "cat", people["cat"])
            soon = people_of_an_organisation(coop, people["org"])
            recovered(coop, people["bob"])
            held(coop, people["cat"], people["dan"])
            died(coop, people["cat"])
            expired(coop, soon, people["org"])
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
    finish()


if __name__ == "__main__":
    main()
