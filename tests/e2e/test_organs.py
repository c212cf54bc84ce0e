"""The board decides by a motion of its own; one on which its officers are conflicted passes to the
members; it suspends at once what the members have adopted, and they do not ratify it. `sheaf
motion show`, `sheaf organ show` and `sheaf override show` say how it all stands."""
import json
import os
import sys
import time

from kit import Folder, Hub, check, finish, refused, run, sheaf, until

ANSWERS = 'model = "demonstration"\nname = "Oak"\npurpose = "To last."\n'
ARTICLES = {
    "organs": {"list": [{"kind": "board", "name": "Board", "nominate_s": 0, "open_s": 60,
                         "quorum_bp": 6000, "seats": 3, "term_s": 86400}], "protected": False},
    "override": {"confirm_s": 600, "hold_s": 3600, "members": 2, "members_bp": 10000,
                 "protected": True},
}
PEOPLE = ("ada", "bob", "cat", "dan")


class Coop:
    """Four members, each with a home."""

    def __init__(self, folder, hub):
        self.folder, self.hub = folder, hub
        self.members = {"ada": 0}

    def home(self, who):
        return os.path.join(self.folder, who)

    def flags(self, who, *flags):
        return [*flags, "--home", self.home(who), "--hub", self.hub.url]

    def act(self, who, *flags, effect=None):
        """Enters an act; the index of its entry."""
        if effect:
            flags += ("--effect", "-")
        done = sheaf(*self.flags(who, *flags), "--json", stdin=json.dumps(effect))
        if done.returncode != 0:
            raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]

    def vote(self, motion, choice, *people):
        for who in people:
            self.act(who, "ballot", "cast", "--motion", motion, "--choice", choice)

    def rows(self, table):
        return json.loads(self.hub.get("/api/v1/state/" + table)[1])["rows"]

    def row(self, table, number):
        return [row for row in self.rows(table) if row["id"] == number][0]

    def becomes(self, motion, **wanted):
        """Waits until the motion's row says so."""
        def there():
            row = self.row("motion", motion)
            return row if all(row[name] == value for name, value in wanted.items()) else None
        return check(f"motion {motion} becomes {wanted}", until(there, 30),
                     self.row("motion", motion))

    def words(self, *command):
        done = sheaf(*command, "--home", self.home("dan"))
        return done.stdout + done.stderr


def found(folder):
    answers = os.path.join(folder, "answers.toml")
    with open(answers, "w", encoding="utf-8") as file:
        file.write(ANSWERS)
    made = os.path.join(folder, "bylaws.toml")
    sheaf("bylaws", "new", "--answers", answers, "--out", made)
    document = run("bylaws are made", "bylaws", "show", made, "--as", "json")
    document.update(ARTICLES)
    document["decisions"]["early_close"] = True
    document["decisions"]["ordinary"]["open_s"] = 60
    document["decisions"]["urgent"] = {"ratify_s": 120}
    path = os.path.join(folder, "bylaws.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    told = sheaf("bylaws", "show", path).stdout
    check("the statutes tell what organs decide", "An organ that manages may act" in told
          and "ratify the act within 2 minutes" in told
          and "passes to the members by itself" in told, told)
    done = sheaf("found", os.path.join(folder, "coop"), "--bylaws", path, "--member", "Ada",
                 "--person", "--home", os.path.join(folder, "ada"))
    check("a co-op is founded on them", done.returncode == 0, done.stderr)


def join(coop):
    for who in PEOPLE[1:]:
        sheaf("join", coop.hub.url, "--member", who, "--person", "--home", coop.home(who))
        member = max(row["id"] for row in coop.rows("member"))
        coop.members[who] = member
        for other in PEOPLE:
            if coop.row("member", member)["state"] == "applied":
                coop.act(other, "member", "admit", "--member", member)


def elect(coop):
    for who in PEOPLE[:3]:
        motion = coop.act("dan", "motion", "open", "--title", f"Elect {who}", effect={
            "kind": "office.elect", "what": {"member": coop.members[who], "organ": 0}})
        coop.vote(motion, "yes", *PEOPLE)
        coop.becomes(motion, state="adopted")
    told = coop.words("organ", "show")
    check("the organ says what it decides", "adopts resolutions, automation.suspend" in told
          and "2 of 3 officers take part" in told and "may act urgently" in told, told)


def resolve(coop):
    refused("only officers put a motion to the board", 4, "only officers",
            *coop.flags("dan", "motion", "open", "--title", "Mine", "--organ", 0))
    motion = coop.act("ada", "motion", "open", "--title", "Buy a kettle", "--organ", 0)
    told = coop.words("motion", "show", motion)
    check("its officers vote", "the 3 officers of Board" in told
          and "0 of 2 needed: not reached" in told, told)
    refused("and nobody else", 4, "only officers",
            *coop.flags("dan", "ballot", "cast", "--motion", motion, "--choice", "no"))
    coop.vote(motion, "yes", "ada", "bob")
    coop.vote(motion, "no", "cat")
    coop.becomes(motion, state="adopted", body="organ")


def refer(coop):
    motion = coop.act("ada", "motion", "open", "--title", "Buy from our brother", "--organ", 0)
    coop.vote(motion, "yes", "ada")
    for who in ("bob", "cat"):
        coop.act(who, "conflict", "declare", "--matter", motion, "--reason", "He is our brother")
    coop.becomes(motion, state="open", body="assembly", electorate=4, yes=0)
    told = coop.words("motion", "show", motion)
    check("it passed to the members", "referred to the members with entry" in told
          and "2 of them declared a conflict" in told, told)
    told = coop.words("organ", "show", "Board")
    check("the organ says so", f"motion {motion} was referred to the members" in told, told)
    coop.vote(motion, "no", "ada", "dan")
    coop.becomes(motion, state="rejected")


def act_urgently(coop):
    coop.act("ada", "revenue", "record", "--amount-cents", 1000, "--memo", "Sold")
    held = coop.act("ada", "motion", "open", "--title", "Share it", effect={
        "kind": "surplus.distribute", "what": {"amount_cents": 1000}})
    coop.vote(held, "yes", *PEOPLE)
    coop.becomes(held, state="held")
    stop = {"kind": "automation.suspend", "what": {"of": held}}
    refused("the board does not stop for good what members adopted", 4, "as an urgent act",
            *coop.flags("ada", "motion", "open", "--title", "Stop", "--organ", 0, "--effect", "-"),
            stdin=json.dumps(stop))
    motion = coop.act("ada", "motion", "open", "--title", "Stop", "--organ", 0, "--urgent",
                      effect=stop)
    told = coop.words("motion", "show", motion)
    check("an urgent motion says so", "acts at once when 2 are for it" in told, told)
    coop.vote(motion, "yes", "ada", "bob")
    coop.becomes(motion, state="open", body="assembly", electorate=4)
    row = coop.row("motion", motion)
    told = coop.words("motion", "show", motion)
    check("it has taken effect and is to be ratified", "its urgent act took effect" in told
          and "it is not ratified, and is undone" in told, told)
    told = coop.words("override", "show", row["since"])
    check("the suspension says by whom", "by an urgent act of an organ" in told, told)
    refused("it is not withdrawn", 4, "has taken effect",
            *coop.flags("ada", "motion", "withdraw", "--motion", motion))
    coop.vote(motion, "no", "cat", "dan")
    coop.vote(motion, "yes", "ada", "bob")
    coop.becomes(motion, state="undone")
    check("what it kept back went on", coop.row("motion", held)["state"] == "adopted")
    told = coop.words("motion", "show", motion)
    check("and it says so", "not ratified: the urgent act is undone" in told, told)


def main():
    started = time.monotonic()
    with Folder() as folder:
        found(folder)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub)
            join(coop)
            elect(coop)
            resolve(coop)
            refer(coop)
            act_urgently(coop)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
    print(f"# {time.monotonic() - started:.1f} s")
    finish()


if __name__ == "__main__":
    sys.exit(main())
