"""Members pay in for shares, which another records; who gives shares up gets them back once the
capital may fall, and `sheaf share show` says at each step what is held and what waits. Then one
goes to another co-op with hers."""
import json
import os

from kit import Folder, Hub, check, finish, refused, run, sheaf, until

ANSWERS = 'model = "demonstration"\nname = "Oak"\npurpose = "To last."\n'
SHARES = {"capital_min_cents": 45000, "max_count": 4, "min_count": 1, "price_cents": 10000,
          "protected": False, "repay_from_s": 1, "repay_until_s": 15, "transferable": True}
PAID = "ab" * 32


class Coop:
    """Ada, bob and cat, each with a home."""

    def __init__(self, folder, hub):
        self.folder, self.hub = folder, hub

    def flags(self, who):
        return ("--home", os.path.join(self.folder, who), "--hub", self.hub.url)

    def act(self, who, *flags):
        done = sheaf(*flags, *self.flags(who), "--json")
        check(" ".join(map(str, flags[:2])), done.returncode == 0, done.stderr + done.stdout)
        return json.loads(done.stdout)["index"] if done.returncode == 0 else None

    def refused(self, name, words, who, *flags):
        refused(name, 4, words, *flags, *self.flags(who))

    def rows(self, table):
        return json.loads(self.hub.get(f"/api/v1/state/{table}")[1])["rows"]

    def show(self):
        done = sheaf("share", "show", "--home", os.path.join(self.folder, "ada"))
        return done.stdout + done.stderr


def found(folder):
    answers, made, path = (os.path.join(folder, name)
                           for name in ("answers.toml", "bylaws.toml", "bylaws.json"))
    with open(answers, "w", encoding="utf-8") as file:
        file.write(ANSWERS)
    sheaf("bylaws", "new", "--answers", answers, "--out", made)
    document = run("bylaws are made", "bylaws", "show", made, "--as", "json")
    document["shares"] = SHARES
    document["decisions"]["early_close"] = True
    document["decisions"]["qualified"]["open_s"] = 60
    document["override"].update(hold_s=0, confirm_s=600)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    text = sheaf("bylaws", "show", path).stdout
    check("the statutes tell the shares", "A share costs 100.00 EUR" in text
          and "by another person, a treasurer where one other" in text, text)
    done = sheaf("found", os.path.join(folder, "coop"), "--bylaws", path, "--member", "Ada",
                 "--person", "--home", os.path.join(folder, "ada"))
    check("a co-op with shares is founded", done.returncode == 0, done.stderr)


def join(coop, *people):
    members = {"ada": 0}
    for who in people:
        sheaf("join", coop.hub.url, "--member", who, "--person", "--home",
              os.path.join(coop.folder, who))
        members[who] = next(row["id"] for row in coop.rows("member") if row["state"] == "applied")
        for other in list(members)[:-1]:
            coop.act(other, "member", "admit", "--member", members[who])
    return members


def pay(coop, who, member, shares):
    return coop.act(who, "share", "pay", "--member", member, "--shares", shares,
                    "--evidence", PAID)


def take(coop, members):
    coop.refused("nobody records their own", "another person", "ada", "share", "pay", "--member", 0,
                 "--shares", 1, "--evidence", PAID)
    coop.refused("nobody holds more than the bylaws allow", "more shares", "ada", "share", "pay",
                 "--member", members["bob"], "--shares", 5, "--evidence", PAID)
    pay(coop, "ada", members["bob"], 4)
    pay(coop, "bob", 0, 1)
    shown = coop.show()
    check("capital and holdings are shown", "capital     500.00 EUR, of which at least 450.00 EUR"
          in shown and f"member {members['bob']}    (bob) 4 shares: 400.00 EUR\n" in shown,
          shown)
    status = sheaf("status", "--home", os.path.join(coop.folder, "ada")).stdout
    check("and in the accounts", f"paid in for shares by member {members['bob']} (bob)\n" in status,
          status)
    check("and that they can be handed over", "members hand shares to others" in shown, shown)
    coop.act("bob", "share", "transfer", "--shares", 1, "--to", members["cat"])


def repaid(coop, members):
    bob = members["bob"]
    first = coop.act("bob", "share", "give-up", "--shares", 2)
    row = until(lambda: [r for r in coop.rows("repayment")
                         if r["id"] == first and r["state"] == "waits"])
    shown = coop.show()
    check("what would bring the capital too low waits", row
          and f"repayment   {first} of member {bob} (bob): 200.00 EUR, due, and waits" in shown
          and "1 share, and 2 to be repaid" in shown, shown)
    status = sheaf("status", "--home", os.path.join(coop.folder, "bob")).stdout
    check("who gave them up is told", f"repayment {first}: of your shares is due, once the capital"
          in status, status)
    check("and the latest time", "    until     " in shown, shown)
    pay(coop, "bob", members["cat"], 1)
    late = until(lambda: "due: its latest time is suspended until" in coop.show(), 60)
    check("one share more is not enough, and the time passes", late, coop.show())
    status = sheaf("status", "--home", os.path.join(coop.folder, "bob")).stdout
    check("which is told", f"repayment {first}: of your shares is due; its latest time is "
          "suspended" in status, status)
    refused("nor is it paid out before", 4, "", "payment", "order", "--account", bob,
            "--amount-cents", 1, "--payee", "x", "--purpose", "y", *coop.flags("bob"))
    pay(coop, "bob", 0, 1)
    row = until(lambda: [r for r in coop.rows("repayment") if r["state"] == "repaid"])
    accounts = {(r["kind"], r["member"]): r["balance_cents"] for r in coop.rows("account")}
    check("two are, and it is on the account", row and accounts[("member", bob)] == -20000
          and accounts[("shares", bob)] == -10000 and accounts[("bank", None)] == 70000, accounts)


OTHER = "sheaf/abcdefghijklmnopqrstuvwxy2"


def split(coop, members):
    """Cat goes, by decision of all; her shares are owed to the other co-op, and then paid."""
    effect = json.dumps({"kind": "coop.split", "what": {
        "members": [{"member": members["cat"]}], "reserve_cents": 0, "to": OTHER}})
    flags = ("motion", "open", "--title", "Cat goes", "--effect", effect)
    coop.refused("nobody is sent away", "have said that they go", "ada", *flags)
    coop.act("cat", "split", "join", "--to", OTHER)
    shown = sheaf("split", "show", coop.hub.url).stdout
    check("who goes is shown", f"Member {members['cat']} (cat) goes to {OTHER} once" in shown,
          shown)
    coop.refused("nor where the capital would fall too low", "capital would fall", "ada", *flags)
    pay(coop, "bob", 0, 2)
    motion = coop.act("ada", *flags)
    shown = sheaf("motion", "show", motion, "--home", os.path.join(coop.folder, "ada")).stdout
    check("so is the motion", "coop.split: let members go" in shown
          and f"members: {members['cat']} (cat)\n" in shown and "reserve: 0.00 EUR" in shown
          and f"to: {OTHER}" in shown, shown)
    for who in members:
        coop.act(who, "ballot", "cast", "--motion", motion, "--choice", "yes")
    done = until(lambda: coop.rows("split"))
    shown = sheaf("split", "show", coop.hub.url).stdout
    check("she has gone with her shares", done and done[0]["shares_cents"] == 20000
          and "200.00 EUR for their shares, 0.00 EUR of the reserve" in shown, shown)
    number = done[0]["id"]
    table = sheaf("register", "export", "--split", number, coop.hub.url)
    check("those who went are a table for the other", len(table.stdout.splitlines()) == 2
          and ",person," in table.stdout, table.stdout + table.stderr)
    refused("of a split", 1, "no members went", "register", "export", "--split", 0, coop.hub.url)
    status = sheaf("status", "--home", os.path.join(coop.folder, "bob")).stdout
    check("that it is to be paid waits", f"sheaf split settle --split {number} --evidence HASH"
          in status and "repayment" not in status, status)
    coop.act("bob", "split", "settle", "--split", number, "--evidence", PAID)
    shown = sheaf("split", "show", coop.hub.url).stdout
    check("one record is not enough", f"member {members['bob']}" in shown
          and "has recorded that it is paid" in shown, shown)
    coop.act("ada", "split", "settle", "--split", number, "--evidence", PAID)
    shown = sheaf("split", "show", coop.hub.url).stdout
    check("which is paid", "paid        recorded with entry" in shown, shown)


def end(coop, members):
    """What bob was credited with, as for a share repaid, comes before the shares of both."""
    motion = coop.act("ada", "motion", "open", "--title", "We end", "--effect", json.dumps(
        {"kind": "coop.dissolve", "what": {"liquidators": [
            {"member": 0}, {"member": members["bob"]}]}}))
    for who in ("ada", "bob"):
        coop.act(who, "ballot", "cast", "--motion", motion, "--choice", "yes")
    until(lambda: coop.rows("ending"))
    shown = sheaf("ending", "show", coop.hub.url).stdout
    check("the members get what is there", "get 700.00 EUR, of it 200.00 EUR that was credited to "
          "them, and then 500.00 EUR for their shares\n" in shown, shown)
    owed = coop.act("ada", "creditor", "record", "--amount-cents", 60000, "--name", "Bank",
                    "--reason", "A loan")
    coop.act("bob", "creditor", "settle", "--creditor", owed, "--outcome", "paid", "--evidence",
             "Statement 9")
    shown = sheaf("ending", "show", coop.hub.url).stdout
    check("what is credited first", "get 100.00 EUR, of it 100.00 EUR that was credited to them, "
          "and then 0.00 EUR for their shares, in proportion: the money does not suffice\n"
          f"    member {members['bob']:<6} 100.00 EUR (bob)\n" in shown, shown)


def main():
    with Folder() as folder:
        found(folder)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub)
            members = join(coop, "bob", "cat")
            take(coop, members)
            repaid(coop, members)
            split(coop, members)
            done = run("all of it as JSON", "share", "show", hub.url, "--json")
            check("has the rows", len(done["holdings"]) == 3
                  and done["capital"][0]["cents"] == 50000, done)
            end(coop, members)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
    finish()


main()
