"""Members ask for payments; treasurers sign them; above the limit the members decide first; and
`sheaf payment show` says at each step who asked, what is missing and what follows."""
import json
import os
import sys

from kit import Folder, Hub, check, finish, refused, run, sheaf, until

ANSWERS = 'model = "demonstration"\nname = "Oak"\npurpose = "To last."\n'
PEOPLE = ("ada", "bob", "cat")


class Coop:
    """Three members, each with a home."""

    def __init__(self, folder, hub):
        self.folder, self.hub = folder, hub

    def home(self, who):
        return os.path.join(self.folder, who)

    def flags(self, who):
        return ("--home", self.home(who), "--hub", self.hub.url)

    def act(self, who, *flags):
        """Enters an act; the index of its entry."""
        done = sheaf(*flags, *self.flags(who), "--json")
        if done.returncode != 0:
            raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]

    def refused(self, name, words, who, *flags):
        refused(name, 4, words, *flags, *self.flags(who))

    def show(self, who, number):
        """The payment as JSON, and the words."""
        words = sheaf("payment", "show", number, "--home", self.home(who))
        return (run(f"payment {number} is shown", "payment", "show", number, "--home",
                    self.home(who), "--json"), words.stdout + words.stderr)

    def rows(self, table):
        return json.loads(self.hub.get(f"/api/v1/state/{table}")[1])["rows"]

    def decide(self, title, kind, **what):
        """A motion with the effect that all adopt."""
        motion = self.act("ada", "motion", "open", "--title", title, "--effect",
                          json.dumps({"kind": kind, "what": what}))
        for who in PEOPLE:
            self.act(who, "ballot", "cast", "--motion", motion, "--choice", "yes")
        return until(lambda: [row for row in self.rows("motion")
                              if row["id"] == motion and row["state"] == "adopted"])


def found(folder):
    answers = os.path.join(folder, "answers.toml")
    with open(answers, "w", encoding="utf-8") as file:
        file.write(ANSWERS)
    made = os.path.join(folder, "bylaws.toml")
    sheaf("bylaws", "new", "--answers", answers, "--out", made)
    document = run("bylaws are made", "bylaws", "show", made, "--as", "json")
    document["organs"] = {"protected": False, "list": [
        {"kind": "treasurers", "name": "treasurers", "nominate_s": 1, "open_s": 1,
         "quorum_bp": 5000, "seats": 2, "term_s": 10000000}]}
    document["treasury"] = {"limit_cents": 10000, "protected": False, "signatures": 2}
    document["decisions"]["early_close"] = True
    document["override"].update(hold_s=0, confirm_s=600)
    document["decisions"]["ordinary"]["open_s"] = 60
    path = os.path.join(folder, "bylaws.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    done = sheaf("found", os.path.join(folder, "coop"), "--bylaws", path, "--member", "Ada",
                 "--person", "--home", os.path.join(folder, "ada"))
    check("a co-op with a treasury is founded", done.returncode == 0, done.stderr)


def join(coop):
    members = {"ada": 0}
    for who in PEOPLE[1:]:
        sheaf("join", coop.hub.url, "--member", who, "--person", "--home", coop.home(who))
        members[who] = next(row["id"] for row in coop.rows("member") if row["state"] == "applied")
        for other in PEOPLE[:PEOPLE.index(who)]:
            coop.act(other, "member", "admit", "--member", members[who])
    return members


def small(coop):
    payment = coop.act("cat", "payment", "order", "--amount-cents", 10000, "--payee",
                       "Baker, DE02", "--purpose", "Bread for the meeting")
    coop.refused("one open payment a member", "otherwise one", "cat", "payment",
                 "order", "--amount-cents", 1, "--payee", "x", "--purpose", "y")
    coop.refused("who is no treasurer does not sign", "treasurers in office", "cat", "payment",
                 "sign", "--payment", payment)
    coop.act("ada", "payment", "sign", "--payment", payment)
    row, words = coop.show("ada", payment)
    check("one signature of two", row["signature_count"] == 1 and not row["undecided"]
          and f"Payment {payment} of 100.00 EUR has not left." in words
          and "signatures  1 of 2: by member 0" in words and "Bread for the meeting" in words,
          words)
    coop.act("bob", "payment", "sign", "--payment", payment)
    coop.act("ada", "payment", "settle", "--payment", payment, "--evidence", "ab" * 32)
    row, words = coop.show("bob", payment)
    check("it has left", row["payment"]["state"] == "settled" and "was carried out" in words, words)


def large(coop):
    payment = coop.act("ada", "payment", "order", "--amount-cents", 10001, "--payee", "Landlord",
                       "--purpose", "Rent")
    coop.refused("one cent above the limit needs a decision", "motion with the effect", "bob",
                 "payment", "sign", "--payment", payment)
    row, words = coop.show("ada", payment)
    check("and the command says so", row["undecided"] and "payment.approve" in words, words)
    coop.decide("Pay the rent", "payment.approve", payment=payment)
    coop.act("ada", "payment", "sign", "--payment", payment)
    coop.refused("no more than there is", "beyond what it owes", "bob", "payment", "sign",
                 "--payment", payment)
    coop.act("ada", "revenue", "record", "--amount-cents", 1, "--memo", "Found")
    coop.act("bob", "payment", "sign", "--payment", payment)
    _, words = coop.show("cat", payment)
    check("the rent is paid", "left with entry" in words and "sheaf payment settle" in words
          and "decided     by the members" in words, words)
    accounts = {row["kind"]: row["balance_cents"] for row in coop.rows("account")}
    check("nothing is left, and all sums to zero",
          accounts == {"bank": 0, "revenue": -20001, "expenses": 20001}, accounts)


def main():
    with Folder() as folder:
        found(folder)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub)
            members = join(coop)
            for who in ("ada", "bob"):
                coop.decide("Elect", "office.elect", member=members[who], organ=0)
            coop.act("ada", "revenue", "record", "--amount-cents", 20000, "--memo", "Sales")
            small(coop)
            large(coop)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("an auditor agrees", done.returncode == 0, done.stdout + done.stderr)
    finish()


if __name__ == "__main__":
    sys.exit(main())
