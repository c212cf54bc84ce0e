"""Members argue on a motion; they call an assembly by petition, which dates itself; another is
called off with what was put to it; one of them decides after advice; another is called to account
and says nothing; a ballot on paper takes the place of one that was cast on a device; and `sheaf
petition show` and its like say how it all stands."""
import json
import os
import sys
import time

from kit import Folder, Hub, check, finish, refused, run, sheaf, until
from people import Coop, found, written

ARTICLES = {
    "accountability": {"answer_s": 2, "open_max": 5, "outcome_s": 600, "protected": True},
    "advice": {"answer_s": 600, "open_max": 5, "protected": False, "spend_max_cents": 0},
    "assemblies": {"evidence": True, "notice_s": 4, "open_s": 600, "protected": False,
                   "quorum_bp": 6000},
    "circles": {"answer_s": 600, "open_max": 5, "protected": False, "review_max_s": 600,
                "size_warning": 20},
    "disputes": {"mediation_s": 600, "open_max": 5, "panel_s": 600, "protected": False,
                 "talk_s": 600},
    "organs": {"list": [{"kind": "board", "name": "Board", "nominate_s": 0, "open_s": 12,
                         "quorum_bp": 5000, "seats": 1, "term_s": 86400}], "protected": False},
    "petitions": {"assembly_s": 6, "members_bp": 5000, "open_max": 5, "protected": True,
                  "sign_s": 600},
}
PEOPLE = ("ada", "bob", "cat")


def change(document):
    document["override"]["confirm_s"] = 600  # longer than a motion takes


def petition(coop):
    asked = coop.act("ada", "petition", "open", "--title", "Meet", "--text", "Let us meet.\nSoon.")
    coop.refused("nobody signs twice", "signed the petition already", "ada", "petition", "sign",
                 "--petition", asked)
    shown, words = coop.show("bob", "petition", asked)
    check("one signature of two", "1 of 2 signatures" in words and "Soon." in words, words)
    check("with its signer", [row["member"] for row in shown["signatures"]] == [0]
          and shown["text"] == "Let us meet.\nSoon.", shown)
    said = coop.act("cat", "argument", "give", "--matter", asked, "--stance", "for", "--text",
                    "It is time.")
    shown, words = coop.show("bob", "petition", asked)
    check("with what is argued on it", shown["arguments"][0]["text"] == "It is time."
          and f"{said} for, by member {coop.members['cat']} (cat)\n      | It is time.\n" in words,
          words)
    coop.act("bob", "petition", "sign", "--petition", asked)
    dated = until(lambda: [row for row in coop.rows("assembly") if row["petition"] == asked], 20)
    check("its assembly dates itself", len(dated) == 1, dated)
    return asked, dated[0]["id"]


def argue(coop):
    """Three argue on a motion before they vote, and answer each other."""
    motion = coop.act("ada", "motion", "open", "--title", "A press")
    give = ("argument", "give", "--matter", motion)
    check("nobody has argued yet", coop.words("bob", "argument", "show", motion)
          == f"0 arguments on {motion}\n")
    refused("an entry that is not argued on", 1, "nothing that members argue on", "argument",
            "show", 1, "--home", coop.home("bob"))
    _, words = coop.show("bob", "motion", motion)
    check("a motion says how to argue on it", "arguments  none yet; `sheaf argument give`" in words,
          words)
    first = coop.act("bob", *give, "--stance", "for", "--text", "It pays for itself.")
    second = coop.act("cat", *give, "--stance", "against", "--answers", first, "--text",
                      "It stood still\nall last year.")
    third = coop.act("ada", *give, "--answers", second, "--text", "It was broken.")
    last = coop.act("cat", *give, "--text", "Who repairs it?")
    coop.act("cat", "conflict", "declare", "--matter", motion)
    shown, words = coop.show("bob", "motion", motion)
    bob, cat = (f"member {coop.members[who]} ({who})" for who in ("bob", "cat"))
    check("a motion tells its arguments, answers below what they answer", f"""
  arguments  4
    {first} for, by {bob}
      | It pays for itself.
      {second} against, by {cat}, answers {first}; has a conflict of interest
        | It stood still
        | all last year.
        {third} by member 0 (Ada), answers {second}
          | It was broken.
    {last} by {cat}; has a conflict of interest
      | Who repairs it?
  closes """ in words, words)
    check("as data too", shown["argument_count"] == 4 and shown["arguments"][1] == {
        "answers": first, "id": second, "member": coop.members["cat"], "stance": "against",
        "text": "It stood still\nall last year."}, shown)
    lines = sheaf("argument", "show", motion, "--home", coop.home("cat"), "--json").stdout
    check("or one by one", [json.loads(line) for line in lines.splitlines()] == shown["arguments"],
          lines)
    words = coop.words("cat", "argument", "show", motion)
    check("and alone", words.startswith(f"4 arguments on {motion}\n    {first} for, by {bob}\n"),
          words)
    check("nothing else follows", (shown["motion"]["yes"], shown["motion"]["no"]) == (0, 0), shown)
    for _ in range(9):
        coop.act("ada", *give, "--text", "Once more.")
    coop.refused("ten are enough", "ten arguments", "ada", *give, "--text", "Once more.")
    coop.refused("what answers is about the same", "another argument on the same matter", "bob",
                 *give, "--answers", motion, "--text", "No.")
    coop.vote(motion, "yes", "ada", "bob")
    coop.becomes(motion, state="adopted")
    coop.refused("what is decided is argued on no more", "the motion is closed", "bob", *give,
                 "--text", "Too late.")
    return motion, first


def attend(coop, assembly):
    """Two of three come, which is the quorum."""
    for who in ("ada", "bob"):
        coop.act(who, "assembly", "attend", "--assembly", assembly)
    shown = until(lambda: sheaf("assembly", "show", assembly, "--home", coop.home("cat")).stdout
                  if "under way" in sheaf("assembly", "show", assembly, "--home",
                                          coop.home("cat")).stdout else None, 20)
    check("it begins with its quorum", shown and "2 of 3 members" in shown, shown)
    coop.refused("its minutes wait for its end", "were held", "ada", "minutes", "record",
                 "--assembly", assembly, "--text", "We met.")
    motion = coop.act("ada", "motion", "open", "--assembly", assembly, "--title", "Thanks")
    coop.act("bob", "ballot", "cast", "--motion", motion, "--choice", "yes")
    coop.refused("who is not there does not vote there", "present at the assembly", "cat",
                 "ballot", "cast", "--motion", motion, "--choice", "yes")
    shown, words = coop.show("cat", "assembly", assembly)
    check("it tells that no delivery of its notice is on record",
          "no delivery was recorded" in words and not shown["assembly"]["delivered"], words)
    check("an assembly tells its motions", shown["motions"] == [motion] and "Thanks" in words,
          words)
    words = sheaf("motion", "show", motion, "--home", coop.home("cat")).stdout
    check("and a motion its assembly", f"{assembly}: of them, who is present votes" in words,
          words)


def advise(coop):
    members = coop.members
    asked = written(coop.folder, "asked.json",
                    [{"member": members["bob"]}, {"member": members["cat"]}])
    process = coop.act("ada", "advice", "open", "--title", "A server", "--text", "Shall I buy one?",
                       "--asked", asked)
    decide = ("advice", "decide", "--advice", process, "--text", "I rent one.")
    coop.refused("who was asked is waited for", "not all who were asked", "ada", *decide)
    for who in ("bob", "cat"):
        coop.act(who, "advice", "give", "--advice", process, "--text", f"Rent one, says {who}.")
    coop.refused("who decides gives no advice", "answers that of others", "ada", "advice", "give",
                 "--advice", process, "--text", "Mine is right.")
    coop.refused("advice is answered first", "must be answered", "ada", *decide)
    for who in ("bob", "cat"):
        coop.act("ada", "advice", "reply", "--advice", process, "--member", members[who],
                 "--text", "You are right.")
    coop.act("ada", *decide)
    _, words = coop.show("cat", "advice", process)
    check("a decision after advice is told whole", "Rent one, says bob." in words
          and "You are right." in words and "I rent one." in words, words)
    ask_circle(coop)


def ask_circle(coop):
    team = int(coop.act("bob", "circle", "found", "--name", "Kitchen", "--purpose", "Food"))
    process = coop.act("ada", "advice", "open", "--title", "An oven", "--text", "Which one?",
                       "--circles", json.dumps([{"circle": team}]))
    coop.act("cat", "advice", "give", "--advice", process, "--text", "A small one.")
    shown, words = coop.show("cat", "advice", process)
    check("a circle is asked, and others are heard", "Kitchen" in words and "not asked" in words
          and f"circle {team}: 0 of 1 in it have given advice" in words
          and "A small one." in words and shown["bodies"][0]["of"] == team, words)
    told = sheaf("status", "--home", coop.home("bob")).stdout
    check("who is in it is asked", f"advice give --advice {process}" in told, told)
    coop.act("ada", "advice", "withdraw", "--advice", process)


def appoint(coop):
    """Ada and bob are tellers."""
    motion = coop.act("ada", "motion", "open", "--title", "Tellers", effect={
        "kind": "tellers.appoint", "what": {"duration_s": 3600, "members": [
            {"member": 0}, {"member": coop.members["bob"]}]}})
    coop.vote(motion, "yes", *PEOPLE)
    coop.becomes(motion, state="adopted")


def count(coop):
    """Two tellers count a ballot on paper in the place of one that was cast."""
    members = coop.members
    motion = coop.act("ada", "motion", "open", "--title", "Paint the door")
    coop.act("ada", "ballot", "cast", "--motion", motion, "--choice", "no")
    ballots = written(coop.folder, "ballots.json", [
        {"choice": "yes", "member": 0}, {"choice": "yes", "member": members["cat"]}])
    sheet = coop.act("ada", "ballots", "record", "--matter", motion, "--channel", "paper",
                     "--evidence", "e" * 64, "--list", ballots)
    coop.refused("one teller is not two", "another teller", "ada", "ballots", "confirm", "--sheet",
                 sheet)
    coop.act("cat", "conflict", "declare", "--matter", motion)
    coop.act("bob", "ballots", "confirm", "--sheet", sheet)
    shown, words = coop.show("cat", "ballots", sheet)
    check("what can no longer be counted is left out and told", "1 of them counted" in words
          and "not counted: the member has a conflict" in words
          and [row["refusal"] for row in shown["votes"]] == [0, 700], words)
    coop.refused("what the tellers counted is final", "is final", "ada", "ballot", "cast",
                 "--motion", motion, "--choice", "no")
    row = coop.row("motion", motion)
    check("nobody is counted twice", (row["yes"], row["no"]) == (1, 0), row)
    words = coop.show("cat", "motion", motion)[1]
    check("what tellers counted is told", "1 of them counted by tellers" in words
          and "sheaf ballot contest" in words, words)
    coop.act("ada", "ballot", "contest", "--matter", motion)
    row = coop.row("motion", motion)
    check("who says that it is not theirs has the vote it cast", (row["yes"], row["no"]) == (0, 1),
          row)
    words = coop.show("cat", "motion", motion)[1]
    check("and that is told", "0 of them counted by tellers, 1 contested by their members" in words,
          words)


def poll(coop):
    """And in an election, and where an amount is divided."""
    members = coop.members
    election = coop.act("ada", "election", "call", "--organ", 0)
    coop.act("bob", "candidate", "stand", "--election", election)
    coop.act("ada", "candidate", "stand", "--election", election)
    amount = coop.act("ada", "allocation", "open", "--title", "Seeds", "--amount", 900, "--points",
                      10, "--options", json.dumps([{"name": "Wheat"}, {"name": "Rye"}]))
    coop.act("cat", "allocation", "give", "--allocation", amount, "--points",
             json.dumps([{"option": 0, "points": 10}]))
    coop.refused("a ballot is of what it is on", "in an election whom it approves", "ada",
                 "ballots", "record", "--matter", election, "--channel", "postal", "--evidence",
                 "e" * 64, "--list", json.dumps([{"choice": "yes", "member": members["cat"]}]))
    sheets = [coop.act("ada", "ballots", "record", "--matter", matter, "--channel", "postal",
                       "--evidence", "e" * 64, "--list",
                       json.dumps([dict(vote, member=members["cat"])]))
              for matter, vote in ((election, {"approve": [{"member": members["bob"]}]}),
                                   (amount, {"points": [{"option": 1, "points": 4}]}))]
    for sheet in sheets:
        coop.act("bob", "ballots", "confirm", "--sheet", sheet)
    words = [coop.words("cat", "ballots", "show", sheet) for sheet in sheets]
    check("what tellers recorded is told",
          f"cast by post in election {election}, 1 of them counted." in words[0]
          and f"of member {members['cat']} (cat): approves member {members['bob']} (bob)"
          in words[0]
          and f"in vote {amount} on how to divide an amount, 1 of" in words[1]
          and ": 4 for option 1" in words[1], words)
    shown, words = coop.show("cat", "election", election)
    check("an election tells it", f"1 of them counted by tellers: `sheaf ballots show {sheets[0]}`"
          in words and shown["sheets"][0]["id"] == sheets[0] and shown["election"]["ballots"] == 1,
          words)
    shown, words = coop.show("cat", "allocation", amount)
    check("and so does a division, of which the last points count", "1 of them counted by tellers"
          in words and [option["points"] for option in shown["options"]] == [0, 4], words)
    told = coop.words("cat", "status")
    check("whoever's they are is told", f"sheaf ballot contest --matter {election} " in told
          and f"sheaf ballot contest --matter {amount} " in told, told)
    for matter in (election, amount):
        coop.refused("they are final", "is final", "cat", *(
            ("election", "vote", "--election", election, "--approve", "[]")
            if matter == election else
            ("allocation", "give", "--allocation", amount, "--points",
             json.dumps([{"option": 0, "points": 1}]))))
        coop.act("cat", "ballot", "contest", "--matter", matter)
    check("who contests has no ballot or the one it had",
          coop.row("election", election)["ballots"] == 0
          and [row["points"] for row in coop.rows("allocation_option")] == [10, 0])
    told = coop.words("cat", "status")
    check("and votes", "ballot contest" not in told
          and f"sheaf election vote --election {election} " in told, told)


def held(coop):
    """An assembly that was held tells what came of it."""
    starts = int(time.time() * 1000) + 6000
    assembly = coop.act("ada", "assembly", "convene", "--agenda", "Roof", "--place", "Barn",
                        "--starts", starts, "--ends", starts + 3000)
    motions = [coop.act("ada", "motion", "open", "--assembly", assembly, "--title", title)
               for title in ("A roof", "A tower")]
    for who in ("ada", "bob"):
        coop.act(who, "assembly", "attend", "--assembly", assembly)
    check("it begins", until(lambda: coop.row("assembly", assembly)["state"] == "under_way", 20))
    for motion, choice in zip(motions, ("yes", "no")):
        coop.act("bob", "ballot", "cast", "--motion", motion, "--choice", choice)
    words = coop.words("cat", "assembly", "show", assembly)
    check("while it goes on nothing is decided", "attendance  2 so far\n" in words
          and "adopted" not in words and "rejected" not in words, words)
    check("it ends", until(lambda: coop.row("assembly", assembly)["state"] == "ended", 20))
    words = coop.words("cat", "assembly", "show", assembly)
    check("who came stands, and what was decided there", "attendance  2\n" in words
          and "A roof\n              adopted: 1 for, 0 against, 0 blank\n" in words
          and "A tower\n              rejected: 0 for, 1 against, 0 blank\n" in words, words)


def call_off(coop):
    """Two tellers say who is there without a device; then it is called off, with its motion."""
    starts = int(time.time() * 1000) + 600000
    assembly = coop.act("ada", "assembly", "convene", "--agenda", "Roof", "--place", "Barn",
                        "--starts", starts, "--ends", starts + 60000)
    motion = coop.act("cat", "motion", "open", "--assembly", assembly, "--title", "A new roof")
    there = written(coop.folder, "there.json", [{"member": coop.members["cat"]}])
    roll = coop.act("ada", "assembly", "admit", "--assembly", assembly, "--members", there)
    shown, words = coop.show("cat", "assembly", assembly)
    check("what one teller records waits for another", "attendance  0 so far" in words
          and f"assembly confirm --roll {roll}" in words and shown["rolls"][0]["id"] == roll, words)
    waits = [coop.words(who, "status") for who in ("ada", "bob", "cat")]
    check("for the other teller alone", [f"assembly confirm --roll {roll} " in told
                                         for told in waits] == [False, True, False], waits[1])
    coop.refused("one teller does not confirm it", "another teller", "ada", "assembly", "confirm",
                 "--roll", roll)
    coop.act("bob", "assembly", "confirm", "--roll", roll)
    words = coop.words("cat", "assembly", "show", assembly)
    check("and counts then", "attendance  1 so far" in words and "to confirm" not in words, words)
    told = coop.words("cat", "status")
    check("whom they recorded is told", f"sheaf assembly contest --assembly {assembly} " in told,
          told)
    coop.act("cat", "assembly", "contest", "--assembly", assembly)
    shown, words = coop.show("cat", "assembly", assembly)
    check("and says that it is not so", "attendance  0 so far" in words
          and f"set aside   member {coop.members['cat']} (cat)" in words
          and shown["attendance"][0]["contested"], words)
    coop.refused("which tellers do not say again", "has said that it is not there", "ada",
                 "assembly", "admit", "--assembly", assembly, "--members", there)
    coop.act("ada", "assembly", "cancel", "--assembly", assembly)
    coop.becomes(motion, state="called_off")
    words = coop.words("cat", "motion", "show", motion)
    check("its motion is called off with it", "called off with the assembly" in words, words)


def prove(coop):
    """The bylaws want the delivery of an assembly's notice on record."""
    starts = int(time.time() * 1000) + 600000
    assembly = coop.act("ada", "assembly", "convene", "--agenda", "Roof", "--place", "Barn",
                        "--starts", starts, "--ends", starts + 60000)
    tellers = {"kind": "tellers.appoint", "what": {"duration_s": 600, "members": [
        {"member": 0}, {"member": coop.members["bob"]}]}}
    motion = coop.act("cat", "motion", "open", "--assembly", assembly, "--title", "Tellers",
                      "--effect", written(coop.folder, "tellers.json", tellers))
    want = "no delivery of its notice is recorded"
    words = coop.words("cat", "motion", "show", motion)
    check("a motion says what its assembly lacks", want in words, words)
    words = coop.words("cat", "assembly", "show", assembly)
    check("and so does that", "nothing that takes effect can be decided there" in words, words)
    told = [coop.words(who, "status") for who in ("ada", "bob")]
    check("who convened it is told", ["assembly notice" in words for words in told]
          == [True, False], told[0])
    coop.act("ada", "assembly", "notice", "--assembly", assembly, "--delivered", 1, "--evidence",
             "00" * 32)
    words = coop.words("cat", "motion", "show", motion)
    check("until it is on record", want not in words, words)
    coop.act("ada", "assembly", "cancel", "--assembly", assembly)


def account(coop):
    members = coop.members
    process = coop.act("ada", "accountability", "open", "--subject", members["bob"], "--title",
                       "The key", "--text", "Where is it?")
    check("silence does not stop it", until(lambda: "at its hearing" in sheaf(
        "accountability", "show", process, "--home", coop.home("cat")).stdout, 20))
    coop.refused("its subject does not end it", "who is called to account", "bob",
                 "accountability", "hear", "--process", process, "--text", "Nothing.")
    coop.act("ada", "accountability", "hear", "--process", process, "--text", "Bob was heard.")
    motion = coop.act("ada", "motion", "open", "--process", process, "--title", "A new lock")
    told = coop.words("bob", "status"), coop.words("cat", "status")
    check("whom it is about is told of it", ["is about you: you do not vote on it" in words
                                             for words in told] == [True, False], told[0])
    shown, words = coop.show("cat", "accountability", process)
    check("an outcome is put and not yet decided", "waits for the members' decision" in words
          and f"put         motion {motion}\n" in words and "the first motion on it" in words
          and shown["accountability"]["motions"] == 1, words)
    case = coop.act("ada", "dispute", "open", "--with", members["bob"])
    coop.refused("the panel comes last", "private talk comes first", "ada", "dispute", "name",
                 "--dispute", case, "--member", members["cat"])
    shown, words = coop.show("cat", "dispute", case)
    check("a conflict shows its step alone", "private talk" in words and list(shown) == ["dispute"],
          words)
    check("and what follows", "then        a mediator is looked for; sooner once both" in words
          and "asked for" not in words, words)
    coop.act("bob", "dispute", "advance", "--dispute", case)
    words = coop.words("ada", "dispute", "show", case)
    check("and who has asked for it", f"advance     member {members['bob']} (bob) has asked for "
          "the next step\n" in words and "settle     " not in words, words)
    coop.act("ada", "dispute", "advance", "--dispute", case)
    coop.act("ada", "dispute", "name", "--dispute", case, "--member", members["cat"])
    words = coop.words("bob", "dispute", "show", case)
    check("each party sees whom the other has named", f"named       member {members['cat']} (cat) "
          "by member 0 (Ada)\n" in words and "nobody yet by member" in words, words)
    check("nothing is said at this step yet", "whom either party has named may mediate" in words
          and "has asked for" not in words, words)


def main():
    started = time.monotonic()
    with Folder() as folder:
        found(folder, ARTICLES, change)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub, *PEOPLE[1:])
            motion, said = argue(coop)
            _, assembly = petition(coop)
            attend(coop, assembly)
            advise(coop)
            appoint(coop)
            poll(coop)
            held(coop)
            call_off(coop)
            prove(coop)
            count(coop)
            account(coop)
            refused("an entry that opened no petition", 1, "opened no petition", "petition",
                    "show", "1", "--home", coop.home("ada"))
            refused("nor a process", 1, "opened no process of accountability", "accountability",
                    "show", "1", "--home", coop.home("ada"))
            refused("what is no number", 2, "number", "petition", "show", "x")
        hub_folder = os.path.join(folder, "coop")
        run("an argument's words are erased", "text", "erase", said, hub_folder)
        words = sheaf("motion", "show", motion, hub_folder).stdout
        check("it stays without them", "withheld, erased" in words and "arguments  13" in words
              and "It pays" not in words, words)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
    print(f"# {time.monotonic() - started:.1f} s")
    finish()


if __name__ == "__main__":
    sys.exit(main())
