"""The board decides by a motion of its own; one on which its officers are conflicted passes to the
members; it suspends at once what the members have adopted, and they do not ratify it. `sheaf
motion show`, `sheaf organ show` and `sheaf override show` say how it all stands."""
import json
import os
import sys
import time

from kit import Folder, Hub, check, finish, sheaf, until
from people import Coop, found, written

ARTICLES = {
    "organs": {"list": [{"kind": "board", "name": "Board", "nominate_s": 0, "open_s": 60,
                         "quorum_bp": 6000, "seats": 3, "term_s": 86400},
                        {"kind": "panel", "name": "Panel", "nominate_s": 0, "open_s": 60,
                         "quorum_bp": 5000, "seats": 2, "term_s": 86400}], "protected": False},
    "override": {"confirm_s": 600, "hold_s": 3600, "members": 2, "members_bp": 10000,
                 "protected": True},
}
PEOPLE = ("ada", "bob", "cat", "dan")


def change(document):
    document["decisions"]["urgent"] = {"ratify_s": 120}
    document["members"]["exclusion"] = {"hearing_s": 0}


def tell(path):
    told = sheaf("bylaws", "show", path).stdout
    check("the statutes tell what organs decide", "An organ that manages may act" in told
          and "ratify the act within 2 minutes" in told
          and "passes to the members by itself" in told, told)


def seat(coop, organ, who):
    motion = coop.act("dan", "motion", "open", "--title", f"Elect {who}", effect={
        "kind": "office.elect", "what": {"member": coop.members[who], "organ": organ}})
    coop.vote(motion, "yes", *coop.members)
    coop.becomes(motion, state="adopted")


def elect(coop):
    for who in PEOPLE[:3]:
        seat(coop, 0, who)
    told = coop.words("dan", "organ", "show")
    check("the organ says what it decides", "adopts resolutions, automation.suspend" in told
          and "with 2 of its 3 officers at least" in told and "may act urgently" in told, told)


def resolve(coop):
    coop.refused("only officers put a motion to the board", "only officers", "dan", "motion",
                 "open", "--title", "Mine", "--organ", 0)
    motion = coop.act("ada", "motion", "open", "--title", "Buy a kettle", "--organ", 0)
    told = coop.words("dan", "motion", "show", motion)
    check("its officers vote", "the 3 officers of Board" in told
          and "0 of 2 needed: not reached" in told, told)
    coop.refused("and nobody else", "only officers", "dan", "ballot", "cast", "--motion", motion,
                 "--choice", "no")
    coop.vote(motion, "yes", "ada", "bob")
    coop.vote(motion, "no", "cat")
    coop.becomes(motion, state="adopted", body="organ")


def refer(coop):
    motion = coop.act("ada", "motion", "open", "--title", "Buy from our brother", "--organ", 0)
    coop.vote(motion, "yes", "ada")
    for who in ("bob", "cat"):
        coop.act(who, "conflict", "declare", "--matter", motion, "--reason", "He is our brother")
    coop.becomes(motion, state="open", body="assembly", electorate=4, yes=0)
    told = coop.words("dan", "motion", "show", motion)
    check("it passed to the members", "referred to the members with entry" in told
          and "2 of them have a conflict" in told
          and told.count("): they declared it\n             He is our brother\n") == 2, told)
    told = coop.words("dan", "organ", "show", "Board")
    check("the organ says so", f"motion {motion} was referred to the members" in told, told)
    coop.vote(motion, "no", "ada", "dan")
    coop.becomes(motion, state="rejected")


def act_urgently(coop):
    coop.act("ada", "revenue", "record", "--amount-cents", 1000, "--memo", "Sold")
    held = coop.act("ada", "motion", "open", "--title", "Share it", effect={
        "kind": "surplus.distribute", "what": {"amount_cents": 1000}})
    coop.vote(held, "yes", *PEOPLE[:3])
    told = coop.words("cat", "motion", "show", held)
    check("before it is adopted it says that its effect is held", "with these votes it is adopted, "
          "and its effect\n             is held until 2" in told, told)
    coop.vote(held, "yes", PEOPLE[3])
    coop.becomes(held, state="held")
    told = coop.words("cat", "status")
    check("what is held is told, and how it is suspended", "adopted; its effect is held until"
          in told and f"sheaf override suspend --of {held}" in told
          and "1 adopted motion whose effect is held" in told, told)
    stop = {"kind": "automation.suspend", "what": {"of": held}}
    coop.refused("the board does not stop for good what members adopted", "as an urgent act",
                 "ada", "motion", "open", "--title", "Stop", "--organ", 0, "--effect",
                 json.dumps(stop))
    motion = coop.act("ada", "motion", "open", "--title", "Stop", "--organ", 0, "--urgent",
                      effect=stop)
    told = coop.words("dan", "motion", "show", motion)
    check("an urgent motion says so", "acts at once when 2 are for it" in told, told)
    coop.vote(motion, "yes", "ada", "bob")
    coop.becomes(motion, state="open", body="assembly", electorate=4)
    row = coop.row("motion", motion)
    told = coop.words("dan", "motion", "show", motion)
    check("it has taken effect and is to be ratified", "its urgent act took effect" in told
          and "it is not ratified, and is undone" in told, told)
    told = coop.words("dan", "status")
    check("so it stands", f"its effect is suspended: sheaf override show {row['since']}" in told
          and f"1 suspension ({row['since']})\n" in told and "is held" not in told, told)
    told = coop.words("dan", "override", "show", row["since"])
    check("the suspension says by whom", "by an urgent act of an organ" in told, told)
    listed = json.loads(coop.words("dan", "override", "list", "--json"))
    rests = json.loads(coop.words("dan", "override", "show", row["since"], "--json"))["rests_on"]
    check("and the list as data on what it rests", rests in listed["rests_on"]
          and len(listed["rests_on"]) == len(listed["overrides"])
          and (rests["article"], rests["article_number"], rests["override"], rests["motion"])
          == ("surplus", 18, row["since"], held), rests)
    coop.refused("it is not withdrawn", "has taken effect", "ada", "motion", "withdraw",
                 "--motion", motion)
    coop.vote(motion, "no", "cat", "dan")
    coop.vote(motion, "yes", "ada", "bob")
    coop.becomes(motion, state="undone")
    check("what it kept back is held anew", coop.row("motion", held)["state"] == "held")
    told = coop.words("dan", "status")
    check("until when", "adopted; its effect is held until" in told, told)
    coop.act("cat", "override", "suspend", "--of", held, "--reason", "Not yet")
    asked = [row for row in coop.rows("override") if row["state"] == "asked"][0]
    told = coop.words("dan", "override", "show", asked["id"])
    check("one signature lapses before the hold is over", "it lapses, unless enough have signed"
          in told, told)
    coop.act("dan", "override", "suspend", "--of", held)
    override = coop.words("cat", "override", "list").split("Suspension ")[-1].split()[0]
    told = coop.words("cat", "override", "show", override)
    check("what follows where nobody confirms it", "it lapses and the effect is held anew, for "
          "others to suspend, unless a motion with the" in told, told)
    told = coop.words("dan", "motion", "show", motion)
    check("and it says so", "not ratified: the urgent act is undone" in told, told)


def appeal(coop):
    sheaf("join", coop.hub.url, "--member", "Eve", "--person", "--home", coop.home("eve"))
    eve = max(row["id"] for row in coop.rows("member"))
    for who in PEOPLE:
        coop.act(who, "member", "decline", "--member", eve)
    told = coop.words("eve", "status")
    check("whoever is declined is told of the appeal", "whose application was declined" in told
          and f"sheaf member accept --member {eve} | sheaf motion open" in told, told)
    told = coop.words("ada", "member", "show", eve)
    check("and so is who looks", "was declined" in told and "can admit all the same" in told, told)
    motion = coop.act("ada", "motion", "open", "--title", "Let Eve in",
                      effect={"kind": "member.accept", "what": {"member": eve}})
    coop.vote(motion, "yes", "ada", "bob", "cat")
    coop.vote(motion, "no", "dan")
    coop.becomes(motion, state="adopted")
    check("the members admit", coop.row("member", eve)["state"] == "active")


def find(coop):
    coop.join("eve")
    twice = coop.act("ada", "motion", "open", "--title", "Elect dan", effect={
        "kind": "office.elect", "what": {"member": coop.members["dan"], "organ": 1}})
    for who in ("dan", "eve"):
        seat(coop, 1, who)
    coop.vote(twice, "yes", *PEOPLE)
    told = coop.words("dan", "motion", "show", twice)
    check("what would be void says so, and why", "with these votes it is adopted and void:\n"
          in told and "(article 10, " in told, told)
    told = json.loads(coop.words("dan", "motion", "show", twice, "--json"))
    check("as data too", told["then"] == "void" and told["void"]["article"] == "organs", told)
    motion = coop.act("ada", "motion", "open", "--title", "Buy from her aunt", "--organ", 0)
    for who, reason in (("dan", "She said so herself"), ("eve", "I know the aunt")):
        coop.act(who, "conflict", "allege", "--matter", motion, "--member", coop.members["cat"],
                 "--reason", reason)
    told = coop.words("dan", "motion", "show", motion)
    check("who found a conflict, and why each of them did", "(cat): found by member" in told
          and "(dan): She said so herself\n" in told and "(Eve): I know the aunt\n" in told, told)
    coop.refused("and she does not decide on it", "conflict", "cat", "ballot", "cast", "--motion",
                 motion, "--choice", "no")


def exclude(coop):
    """Dan is excluded, and stays a member for as long as the members can stop it."""
    asked = coop.act("ada", "exclusion", "open", "--member", coop.members["dan"], "--reason",
                     "He sells our data.")
    motion = coop.act("ada", "motion", "open", "--title", "Exclude Dan", effect={
        "kind": "member.exclude", "what": {"exclusion": asked}})
    coop.refused("he does not vote on it", "conflict of interest", "dan", "ballot", "cast",
                 "--motion", motion, "--choice", "no")
    coop.act("eve", "conflict", "declare", "--matter", motion, "--reason", "I am his sister")
    told = coop.words("bob", "motion", "show", motion)
    check("who does not vote, and why", "(Eve): they declared it\n             I am his sister\n"
          in told and "(dan): it is about them\n" in told, told)
    coop.vote(motion, "yes", "ada", "bob", "cat")
    coop.becomes(motion, state="held")
    check("he is a member still", coop.row("member", coop.members["dan"])["state"] == "active")
    told = coop.words("dan", "status")
    check("and is told", "excludes you then, unless others suspend it" in told
          and f"override suspend --of {motion}" not in told, told)
    coop.refused("but does not stop it himself", "conflict of interest", "dan", "override",
                 "suspend", "--of", motion)
    told = coop.words("bob", "status")
    check("others can", f"sheaf override suspend --of {motion}" in told, told)
    for who in ("bob", "cat"):
        coop.act(who, "override", "suspend", "--of", motion, "--reason", "We were too quick.")
    told = coop.words("dan", "motion", "show", motion)
    check("and have", "suspended: `sheaf override show" in told, told)
    told = coop.words("dan", "member", "show", coop.members["dan"])
    check("who looks at him sees it", f"{motion}: sheaf motion show {motion}" in told, told)
    override = coop.rows("override")[-1]["id"]
    motion = coop.act("eve", "motion", "open", "--title", "Let him stay", effect={
        "kind": "override.confirm", "what": {"override": override}})
    coop.refused("nor does he vote on that", "conflict of interest", "dan", "ballot", "cast",
                 "--motion", motion, "--choice", "yes")
    told = coop.words("bob", "motion", "show", motion)
    check("whose conflict comes from what is stopped", "(Eve): they declared it on what this is "
          "about\n             I am his sister\n" in told
          and "(dan): it is about them, or they declared it on what this is about\n" in told, told)
    coop.vote(motion, "yes", "ada", "bob", "cat")
    coop.becomes(motion, state="adopted")
    told = coop.words("ada", "override", "list")
    check("it stays listed with the rule that it overrode", "member.exclude" in told, told)


def amend(coop, title, change):
    """Opens an amendment with what change() does to the bylaws in force."""
    document = json.loads(sheaf("bylaws", "show", coop.hub.url, "--as", "json").stdout)
    change(document)
    done = sheaf("bylaws", "amend", written(coop.folder, title + ".json", document), "--title",
                 title, *coop.flags("ada"))
    return int(done.stdout)


def stricter(coop):
    """The bylaws come to ask for more while motions are open."""
    def more(document):
        document["amendment"]["rule"].update(majority="nine_tenths", open_s=86400)
        document["decisions"]["raised"] = [{"effect": "tellers.appoint", "sort": "protected"}]

    longer = amend(coop, "longer", lambda document: document["override"].update(hold_s=7200))
    tellers = coop.act("ada", "motion", "open", "--title", "Tellers", effect={
        "kind": "tellers.appoint", "what": {"duration_s": 3600, "members": [
            {"member": coop.members[who]} for who in ("bob", "cat")]}})
    strict = amend(coop, "stricter", more)
    for motion in (longer, tellers):
        coop.vote(motion, "yes", "ada", "bob")
        coop.vote(motion, "no", "cat")
        told = coop.words("dan", "motion", "show", motion)
        check("two of three are enough", "these votes it is adopted, and its effect follows by "
              "itself\n" in told and "and now" not in told, told)
    coop.vote(strict, "yes", "ada", "bob", "cat", "dan")
    coop.becomes(strict, state="adopted")
    for motion, then, words in (
            (longer, "rejected", "rejected:\n             fewer are for it than the bylaws now in "
             "force ask for\n"),
            (tellers, "longer", "it stays open until\n             2")):
        told = coop.words("dan", "motion", "show", motion)
        check("and are not any more", words in told and "  and now    by a protected decision: at "
              "least nine tenths" in told, told)
        told = json.loads(coop.words("dan", "motion", "show", motion, "--json"))
        check("as data too", told["then"] == then, told["then"])
    coop.vote(longer, "yes", "dan")
    coop.becomes(longer, state="rejected")


def lapse(folder):
    """A suspension that nobody confirms in time, and who can sign the next."""
    def quick(document):
        document["decisions"]["ordinary"]["open_s"] = 2
        document["decisions"]["qualified"]["open_s"] = 120
        document["amendment"]["rule"].update(majority="two_thirds", open_s=120)
        document["override"].update(confirm_s=4, hold_s=3600, members=2, members_bp=10000)

    os.mkdir(folder)
    found(folder, {}, quick)
    with Hub(os.path.join(folder, "coop")) as hub:
        coop = Coop(folder, hub, "bob", "cat", "dan")
        stricter(coop)
        coop.act("ada", "revenue", "record", "--amount-cents", 1000, "--memo", "Sold")
        held = coop.act("ada", "motion", "open", "--title", "Share it", effect={
            "kind": "surplus.distribute", "what": {"amount_cents": 1000}})
        coop.vote(held, "yes", "ada", "bob", "cat", "dan")
        coop.becomes(held, state="held")
        for who in ("bob", "cat"):
            coop.act(who, "override", "suspend", "--of", held)
        override = coop.rows("override")[-1]["id"]
        until(lambda: coop.row("override", override)["state"] == "lapsed", 20)
        told = coop.words("ada", "override", "show", override)
        check("who can sign another is told", "members with a vote can sign another: `sheaf "
              "override suspend`;\n              none who signed one that lapsed, or has a "
              "conflict of interest on this\n" in told, told)


def main():
    started = time.monotonic()
    with Folder() as folder:
        tell(found(folder, ARTICLES, change))
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub, *PEOPLE[1:])
            elect(coop)
            resolve(coop)
            refer(coop)
            act_urgently(coop)
            appeal(coop)
            find(coop)
            exclude(coop)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
        lapse(os.path.join(folder, "lapse"))
    print(f"# {time.monotonic() - started:.1f} s")
    finish()


if __name__ == "__main__":
    sys.exit(main())
