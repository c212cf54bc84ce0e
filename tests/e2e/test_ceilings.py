"""Investors have at most a quarter of the votes: in a motion, an election, and where an amount is
divided. Each `show` says what their votes count for, and why; which were given by proxy, and which
on trial."""
import os
import sys
import time

from kit import Folder, Hub, check, finish, sheaf, until
from people import Coop, found

BOARD = {"list": [{"kind": "board", "name": "Board", "nominate_s": 0, "open_s": 6,
                   "quorum_bp": 5000, "seats": 1, "term_s": 86400}], "protected": False}
PROXIES = {"cap": 3, "protected": False, "until_max_s": 86400}
INVESTORS = ("ivo", "ina", "ike")


def change(document):
    document["members"]["classes"] = [
        {"name": "member", "votes": 1},
        {"ceiling_bp": 2500, "name": "investor", "role": "investor", "votes": 1},
        {"name": "newcomer", "trial_s": 86400, "votes": 1}]
    document["decisions"]["ordinary"].update(notice_s=0, open_s=8)


def motion(coop):
    number = coop.act("ada", "motion", "open", "--title", "Buy a kettle")
    coop.vote(number, "yes", "ada")
    coop.vote(number, "no", INVESTORS[0])
    words = coop.words("ada", "motion", "show", number)
    check("one vote is one", "1 vote of the class “investor” counts as 0.33: it" in words, words)
    coop.vote(number, "no", INVESTORS[1])
    shown, words = coop.show("ada", "motion", number)
    check("a motion says what votes count for", "counted    as 1 for, 0.33 against, 0 blank\n"
          in words and "2 votes of the class “investor” count as 0.33: it has at most 25.00 % of "
          "those cast\n" in words, words)
    check("as data too", shown["ceilings"] == [{"cast": 2, "ceiling_bp": 2500, "class": "investor",
                                                "counted_thousandths": 333}], shown)
    coop.vote(number, "no", *INVESTORS[2:])
    coop.vote(number, "no", "tim")
    shown, words = coop.show("ada", "motion", number)
    check("and who voted on trial", shown["uncounted"] == 1 and shown["motion"]["no"] == 3
          and "  on trial   1 voted, which is recorded and not counted\n" in words, words)
    coop.vote(number, "yes", "bob")
    coop.becomes(number, state="adopted")


def election(coop):
    number = coop.act("ada", "election", "call", "--organ", 0)
    for who in ("ivo", "bob"):
        coop.act(who, "candidate", "stand", "--election", number)
    for who, candidate in (("ada", "bob"), *((who, "ivo") for who in INVESTORS)):
        coop.act(who, "election", "vote", "--election", number, "--approve",
                 f'[{{"member":{coop.members[candidate]}}}]')
    coop.act("tim", "election", "vote", "--election", number, "--approve", "[]")
    shown, words = coop.show("ada", "election", number)
    check("an election tells of who is on trial", shown["uncounted"] == 1
          and shown["election"]["ballots"] == 5
          and "  1 on trial voted, which is recorded and not counted\n" in words, words)
    check("an election does, with votes by proxy",
          "3 ballots of the class “investor” count as 0.67" in words
          and "(ivo): 3 approve, counted as 0.67\n" in words
          and "(bob): 2 approve, counted as 2\n" in words, words)
    until(lambda: coop.row("election", number)["state"] != "open", 30)
    words = coop.words("ada", "election", "show", number)
    check("and who has more by it is elected", "(bob): 2 approve, counted as 2; elected\n"
          in words and words.count("elected") == 1, words)
    check("one vote by proxy", "  1 of them by proxy, as the holder voted\n" in words, words)


def allocation(coop):
    number = coop.act("ada", "allocation", "open", "--amount", 1000, "--points", 10, "--title",
                      "The year", "--options", '[{"name":"roof"},{"name":"yield"}]')
    for who in ("ada", *INVESTORS):
        coop.act(who, "allocation", "give", "--allocation", number, "--points",
                 f'[{{"option":{int(who != "ada")},"points":10}}]')
    coop.act("tim", "allocation", "give", "--allocation", number, "--points",
             '[{"option":1,"points":10}]')
    shown, words = coop.show("ada", "allocation", number)
    check("so it is where an amount is divided", shown["uncounted"] == 1
          and "  on trial    1 gave points, which is recorded and not counted\n" in words, words)
    check("a vote that divides an amount does", "30 points, counted as 6.67\n" in words
          and "30 points of the class “investor” count as 6.67: it has" in words, words)
    check("as data, too", [o["counted_thousandths"] for o in shown["options"]] == [20000, 6666],
          shown)
    until(lambda: coop.row("allocation", number)["state"] != "open", 30)
    shown, words = coop.show("ada", "allocation", number)
    check("and is divided by it", "20 points, counted as 20: it gets 750\n" in words
          and "30 points, counted as 6.67: it gets 250\n" in words, words)
    check("with points by proxy", shown["by_proxy"] == 1
          and "  by proxy    1 of them, as the holder gave\n" in words, words)


def main():
    with Folder() as folder:
        path = found(folder, {"organs": BOARD, "proxies": PROXIES}, change)
        told = sheaf("bylaws", "show", path).stdout
        check("the statutes tell where a ceiling counts", "of the votes cast, in decisions of the "
              "members, of panels on lost keys and in elections, and of the points given" in told,
              told)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub, "bob")
            for who in INVESTORS:
                coop.join(who, "--class", 1)
            coop.join("tim", "--class", 2)
            motion(coop)
            coop.act("bob", "proxy", "give", "--member", coop.members["ada"], "--until",
                     int(time.time() * 1000) + 3600000)
            election(coop)
            allocation(coop)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("an auditor agrees", done.returncode == 0, done.stdout + done.stderr)
    finish()


if __name__ == "__main__":
    sys.exit(main())
