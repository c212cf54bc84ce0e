"""Members ask for payments; treasurers sign them; above the limit the members decide first;
`sheaf payment show` says at each step who asked, what is missing and what follows. They divide
an amount, make a budget of it, and cannot spend beyond its lines."""
import json
import os
import sys

from kit import Folder, Hub, check, finish, sheaf, until
from people import Coop, found

FAR = 4102444800000  # 2100


def articles(document):
    """Two treasurers, a limit, and advice that may spend a little more."""
    document["organs"] = {"protected": False, "list": [
        {"kind": "treasurers", "name": "treasurers", "nominate_s": 1, "open_s": 1,
         "quorum_bp": 5000, "seats": 2, "term_s": 10000000}]}
    document["advice"] = {"answer_s": 600, "open_max": 5, "protected": False,
                          "spend_max_cents": 10100}
    document["treasury"] = {"limit_cents": 10000, "protected": False, "signatures": 2}
    document["override"].update(hold_s=0, confirm_s=600)
    document["decisions"]["ordinary"]["open_s"] = 8


def earn(coop, who, cents):
    """Money is recorded as received."""
    return coop.act(who, "revenue", "record", "--amount-cents", cents, "--memo", "Sales",
                    "--evidence", "ef" * 32)


def decide(coop, title, kind, what=None, about=None, **fields):
    """All adopt a motion with the effect, of which they are told what it is about."""
    motion = coop.act("ada", "motion", "open", "--title", title,
                      effect={"kind": kind, "what": what or fields})
    for words in (coop.words("cat", "motion", "show", motion), coop.words("cat", "status")):
        check(f"{title}: what it is about", not about or about in words, words)
    coop.vote(motion, "yes", *coop.members)
    coop.becomes(motion, state="adopted")


def receipts(coop):
    """Treasurers record what comes in, with its evidence, and reverse what is wrong."""
    coop.refused("who is no treasurer records nothing", "treasurers in office", "cat", "revenue",
                 "record", "--amount-cents", 1, "--memo", "x", "--evidence", "ef" * 32)
    coop.refused("nor a treasurer without evidence", "name the SHA-256", "ada", "revenue", "record",
                 "--amount-cents", 1, "--memo", "x")
    earn(coop, "ada", 20000)
    wrong = earn(coop, "ada", 700)
    coop.act("ada", "revenue", "reverse", "--entry", wrong, "--reason", "Entered twice")
    _, words = coop.show("cat", "receipt", wrong)
    check("it is said to be wrong", f"Receipt {wrong} of 7.00 EUR stands, and is said" in words
          and "Sales" in words and "SHA-256 efef" in words and "revenue reverse" in words, words)
    coop.act("bob", "revenue", "reverse", "--entry", wrong, "--reason", "Yes, twice")
    row, words = coop.show("cat", "receipt", wrong)
    check("another treasurer reverses it", "was reversed with entry" in words
          and "Yes, twice" in words and row["receipt"]["voices"] == 2, words)


def small(coop):
    payment = coop.act("cat", "payment", "order", "--amount-cents", 10000, "--payee",
                       "Baker, DE02", "--purpose", "Bread for the meeting")
    coop.refused("one open payment a member", "otherwise one", "cat", "payment",
                 "order", "--amount-cents", 1, "--payee", "x", "--purpose", "y")
    coop.refused("who is no treasurer does not sign", "treasurers in office", "cat", "payment",
                 "sign", "--payment", payment)
    coop.act("ada", "payment", "sign", "--payment", payment)
    row, words = coop.show("ada", "payment", payment)
    check("one signature of two", row["signature_count"] == 1 and not row["undecided"]
          and f"Payment {payment} of 100.00 EUR has not left." in words
          and "signatures  1 of 2: by member 0 (Ada)" in words and "Bread for the meeting" in words,
          words)
    coop.act("ada", "payment", "unsign", "--payment", payment)
    row, words = coop.show("cat", "payment", payment)
    check("it is taken back", row["signature_count"] == 0
          and "signatures  0 of 2: by member 0 (Ada) (taken back)" in words, words)
    coop.act("ada", "payment", "sign", "--payment", payment)
    coop.act("bob", "payment", "sign", "--payment", payment)
    coop.act("ada", "payment", "settle", "--payment", payment, "--evidence", "ab" * 32)
    row, words = coop.show("bob", "payment", payment)
    check("it has left", row["payment"]["state"] == "settled" and "was carried out" in words, words)


def large(coop):
    payment = coop.act("ada", "payment", "order", "--amount-cents", 10001, "--payee", "Landlord",
                       "--purpose", "Rent")
    coop.refused("one cent above the limit needs a decision", "motion with the effect", "bob",
                 "payment", "sign", "--payment", payment)
    row, words = coop.show("ada", "payment", payment)
    check("and the command says so", row["undecided"] and "payment.approve" in words, words)
    split = coop.act("bob", "payment", "order", "--amount-cents", 1, "--payee", "Landlord",
                     "--purpose", "More of it")
    coop.act("bob", "payment", "sign", "--payment", split)
    coop.refused("nor does a small one on top of what has left", "in this period", "ada", "payment",
                 "sign", "--payment", split)
    row, words = coop.show("ada", "payment", split)
    check("it waits", row["waits_until"] > 0 and "not before" in words
          and "it waits until" in words, words)
    coop.act("bob", "payment", "cancel", "--payment", split)
    decide(coop, "Thank the landlord", "payment.approve", payment=payment,
           about=f"payment: {payment}, 100.01 EUR to “Landlord” for “Rent”, asked for by member 0")
    coop.act("ada", "payment", "sign", "--payment", payment)
    coop.refused("no more than there is", "beyond what it owes", "bob", "payment", "sign",
                 "--payment", payment)
    earn(coop, "ada", 1)
    coop.act("bob", "payment", "sign", "--payment", payment)
    _, words = coop.show("cat", "payment", payment)
    check("the rent is paid", "left with entry" in words and "sheaf payment settle" in words
          and "decided     by the members" in words, words)
    accounts = {row["kind"]: row["balance_cents"] for row in coop.rows("account")}
    check("nothing is left, and all sums to zero",
          accounts == {"bank": 0, "revenue": -20001, "expenses": 20001}, accounts)


def budget(coop):
    """Members divide an amount; a budget is made of it; payments keep within its lines."""
    vote = coop.act("bob", "allocation", "open", "--amount", 900, "--points", 10, "--title",
                    "What the fund is for", "--options",
                    json.dumps([{"name": "Roof"}, {"name": "Library"}]))
    coop.act("ada", "allocation", "give", "--allocation", vote, "--points",
             json.dumps([{"option": 0, "points": 1}, {"option": 1, "points": 2}]))
    coop.act("cat", "allocation", "give", "--allocation", vote, "--points",
             json.dumps([{"option": 1, "points": 3}]))
    said = coop.act("cat", "argument", "give", "--matter", vote, "--text", "It rains in.")
    row, words = coop.show("ada", "allocation", vote)
    check("what is argued on it is told", row["argument_count"] == 1
          and f"  arguments   1\n    {said} by member" in words and "It rains in." in words, words)
    check("the vote names its options", [o["name"] for o in row["options"]] == ["Roof", "Library"]
          and "on how to divide 900 is open" in words and "option 1    Library" in words
          and "5 points" in words, words)
    until(lambda: coop.rows("allocation")[0]["state"] == "divided", 90)
    _, words = coop.show("ada", "allocation", vote)
    check("and divides by the points", "it gets 150" in words and "it gets 750" in words, words)
    decide(coop, "A budget of it", "budget.adopt", allocation=vote, until=FAR, **{"from": 0},
           about=f"allocation: {vote} “What the fund is for”: 1.50 EUR for “Roof”, 7.50 EUR for "
                 "“Library”")
    made = coop.rows("budget")[0]["id"]
    earn(coop, "ada", 5000)
    coop.refused("no more than the line has", "less is left", "cat", "payment", "order",
                 "--amount-cents", 751, "--budget", made, "--line", 1, "--payee", "Shop",
                 "--purpose", "Books")
    payment = coop.act("cat", "payment", "order", "--amount-cents", 700, "--budget", made,
                       "--line", 1, "--payee", "Shop", "--purpose", "Books")
    for who in ("ada", "bob"):
        coop.act(who, "payment", "sign", "--payment", payment)
    row, words = coop.show("cat", "budget", made)
    check("the budget says what is left", row["lines"][1] == {
        "amount_cents": 750, "name": "Library", "spent_cents": 700}
        and f"Budget {made} is in force." in words and "7.00 spent of 7.50 EUR, 0.50 left" in words,
        words)
    _, words = coop.show("cat", "payment", payment)
    check("the payment names its line", f"budget      {made}, line 1" in words, words)


def advised(coop):
    """Who has decided after advice needs no decision of the members, up to a limit; what has left
    without one before counts towards it."""
    process = coop.act("cat", "advice", "open", "--asked", json.dumps([{"member": 0}]), "--text",
                       "May I buy bulbs?", "--title", "Bulbs")
    coop.act("ada", "advice", "give", "--advice", process, "--text", "Do")
    coop.act("cat", "advice", "reply", "--advice", process, "--member", 0, "--text", "Thanks")
    coop.act("cat", "advice", "decide", "--advice", process, "--text", "I buy them")
    order = ("payment", "order", "--advice", process, "--payee", "Shop", "--purpose", "Bulbs")
    coop.refused("not more than article 12 says", "more than one decision", "cat", *order,
                 "--amount-cents", 10101)
    payment = coop.act("cat", *order, "--amount-cents", 100)
    for who in ("ada", "bob"):
        coop.act(who, "payment", "sign", "--payment", payment)
    _, words = coop.show("cat", "payment", payment)
    check("it left after advice", "left with entry" in words
          and f"decided     after advice: `sheaf advice show {process}`" in words, words)
    _, words = coop.show("bob", "advice", process)
    check("the process names its payment", f"payment     {payment}:" in words, words)


def lines(coop):
    """A budget of lines of its own, whose words travel beside the motion."""
    effect = sheaf("budget", "adopt", "--from", 0, "--until", FAR, "--lines",
                   json.dumps([{"amount_cents": 100, "name": "Post stamps"}]))
    check("the effect is printed with its words", "Post stamps" in effect.stdout, effect.stderr)
    decide(coop, "Stamps", **json.loads(effect.stdout))
    _, words = coop.show("bob", "budget", coop.rows("budget")[-1]["id"])
    check("the line has its words", "Post stamps" in words and "1.00 left" in words, words)


def licence(coop):
    """Members license a data set, and its owner consents; words of the effect travel along."""
    data = coop.act("cat", "dataset", "register", "--commitment", "cd" * 32, "--licence", "CC0-1.0",
                    "--records", 10, "--schema", "oak/v1", "--subjects", "none", "--title", "Trees")
    decide(coop, "License the trees", "data.license", datasets=[{"dataset": data}],
                licensee="University", terms="For research", price_cents=100, until=FAR)
    made = coop.rows("licence")[0]["id"]
    _, words = coop.show("ada", "licence", made)
    check("the licence waits for its owner", f"Licence {made} is in force." in words
          and "University" in words and "For research" in words and "has not consented" in words,
          words)
    coop.act("cat", "licence", "consent", "--licence", made, "--dataset", data)
    _, words = coop.show("ada", "licence", made)
    check("who consents to it", f"data set    {data} of member" in words
          and "may be used, its owner consented" in words, words)
    paid = ("--licence", made, "--memo", "Invoice 7", "--evidence", "ef" * 32)
    coop.refused("no more is paid than its price", "still to be paid", "bob", "revenue", "record",
                 "--amount-cents", 101, *paid)
    receipt = coop.act("bob", "revenue", "record", "--amount-cents", 100, *paid)
    _, words = coop.show("ada", "licence", made)
    check("its price is paid", "price       1.00 EUR, paid 1.00 EUR" in words, words)
    _, words = coop.show("ada", "receipt", receipt)
    check("the receipt names the licence", f"licence     {made}:" in words
          and "Invoice 7" in words, words)


def main():
    with Folder() as folder:
        found(folder, {}, articles)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub, "bob", "cat")
            for who in ("ada", "bob"):
                decide(coop, "Elect", "office.elect", member=coop.members[who], organ=0)
            receipts(coop)
            small(coop)
            large(coop)
            budget(coop)
            advised(coop)
            lines(coop)
            licence(coop)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("an auditor agrees", done.returncode == 0, done.stdout + done.stderr)
    finish()


if __name__ == "__main__":
    sys.exit(main())
