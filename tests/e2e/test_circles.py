"""Three members found a circle and decide by consent: a role is given, an objection is answered by
a change of the text, another stands and brings the matter before all members, and a decision comes
up for review; `sheaf circle show` and `sheaf proposal show` say how it all stands."""
import os
import sys
import time

from kit import Folder, Hub, check, finish, sheaf, until
from people import Coop, found

ANSWER_S = 8  # three acts of a busy machine must fit into it
ARTICLES = {"circles": {"answer_s": ANSWER_S, "open_max": 5, "protected": False,
                        "review_max_s": 600, "size_warning": 2}}


def words(coop, noun, number, who="cat"):
    done = sheaf(noun, "show", number, "--home", coop.home(who))
    return done.stdout + done.stderr


def wait_for(coop, noun, number, text):
    """Shown once it says so, or what it says at last."""
    until(lambda: text in words(coop, noun, number), 3 * ANSWER_S)
    return words(coop, noun, number)


def propose(coop, who, circle, title, *flags):
    return coop.act(who, "proposal", "open", "--circle", circle, "--title", title, "--text",
                    f"{title}, for a year.", "--review-s", 2, *flags)


def answer(coop, who, proposal, *flags):
    return coop.act(who, "proposal", *(flags or ("consent",)), "--proposal", proposal)


def gather(coop, members):
    empty = sheaf("circle", "list", "--home", coop.home("ada")).stdout
    check("at first there are no circles", "no circles" in empty, empty)
    circle = coop.act("ada", "circle", "found", "--name", "Kitchen", "--purpose", "To cook.")
    coop.refused("one alone decides nothing by consent", "three in it", "ada", "proposal", "open",
                 "--circle", circle, "--title", "Soup", "--text", "Soup.", "--review-s", 2)
    for who in ("bob", "cat"):
        coop.act(who, "circle", "join", "--circle", circle)
        coop.refused(f"{who} does not admit oneself", "only members of the circle", who, "circle",
                     "admit", "--circle", circle, "--member", members[who])
        if who == "cat":
            asked = words(coop, "circle", circle)
            check("a request is listed", f"member {members['cat']} (cat) asks to be in it" in asked,
                  asked)
        coop.act("ada", "circle", "admit", "--circle", circle, "--member", members[who])
    shown, told = coop.show("bob", "circle", circle)
    check("a circle is told", "Kitchen" in told and "has 3 members" in told, told)
    check("a large one is told how to divide", "up to which the bylaws advise" in told
          and f"the members 0, {members['bob']}\n" in told
          and f"and the members {members['cat']}\n" in told, told)
    check("and as JSON", [row["member"] for row in shown["members"]]
          == [0, members["bob"], members["cat"]] and shown["name"] == "Kitchen", shown)
    listed = sheaf("circle", "list", "--home", coop.home("ada")).stdout
    check("and listed", f"Circle {circle}: 3 members, which is advised" in listed, listed)
    return circle


def agree(coop, members, circle):
    """With an objection that a change of the text answers, and a role."""
    cook = propose(coop, "ada", circle, "Bob cooks", "--member", members["bob"], "--role", "cook")
    coop.refused("who proposes has answered", "has answered by that", "ada", "proposal", "consent",
                 "--proposal", cook)
    said = coop.act("bob", "argument", "give", "--matter", cook, "--stance", "for", "--text",
                    "I like to.")
    told = words(coop, "proposal", cook)
    check("what is argued in it is told", f"{said} for, by member {members['bob']} (bob)\n"
          "      | I like to.\n" in told, told)
    answer(coop, "bob", cook)
    answer(coop, "cat", cook, "object", "--class", "paramount", "--reason", "No\nsalt.")
    told = words(coop, "proposal", cook)
    check("an objection is told with its reason", "objects: paramount" in told and "salt." in told
          and "3 of 3" in told and "paramount objections: 1" in told, told)
    coop.act("ada", "proposal", "amend", "--proposal", cook, "--text", "Bob cooks, without salt.")
    told = words(coop, "proposal", cook)
    check("answers to the old text no longer count", "(before the last change)" in told
          and "2 of 3" in told and "changed     1 time" in told, told)
    answer(coop, "bob", cook)
    answer(coop, "cat", cook)
    shown, told = coop.show("bob", "proposal", cook)
    check("it is adopted when all have answered", shown["proposal"]["state"] in
          ("adopted", "review") and "without salt" in told, told)
    told = words(coop, "circle", circle)
    check("the role is given", "cook" in told and f"by proposal {cook}" in told, told)
    told = wait_for(coop, "proposal", cook, "to look at it again")
    check("and looked at again", f"--replaces {cook}" in told, told)
    again = propose(coop, "bob", circle, "Cat cooks", "--replaces", cook)
    answer(coop, "ada", again)
    answer(coop, "cat", again, "consent", "--aside")
    told = words(coop, "proposal", cook)
    check("until another replaces it", f"by          proposal {again}" in told, told)


def differ(coop, circle):
    matter = propose(coop, "cat", circle, "Meat on Sundays")
    answer(coop, "bob", matter, "object", "--class", "paramount", "--reason", "We keep hens.")
    answer(coop, "ada", matter)
    told = wait_for(coop, "proposal", matter, "for all members to decide")
    check("what is unresolved is for all members", f"--proposal {matter}" in told, told)
    motion = coop.act("ada", "motion", "open", "--title", "What Cat proposes", "--proposal", matter)
    told = words(coop, "proposal", matter)
    check("who decide by a motion", f"motion      {motion}" in told, told)
    told = words(coop, "motion", motion)
    check("which says so", f"proposal   {matter}, which no circle could resolve" in told, told)
    check("in the proposal's own words", "its title  Meat on Sundays" in told, told)
    for who in ("ada", "bob", "cat"):
        coop.act(who, "ballot", "cast", "--motion", motion, "--choice", "yes")
    told = wait_for(coop, "proposal", matter, "is adopted")
    check("and it stands", f"motion      {motion}\n" in told, told)


def take_out(coop, circle):
    """Whom a proposal would take out of the circle is told, and has no part in it."""
    coop.join("dan")
    coop.act("dan", "circle", "join", "--circle", circle)
    coop.act("ada", "circle", "admit", "--circle", circle, "--member", coop.members["dan"])
    matter = propose(coop, "cat", circle, "Without Bob", "--remove", coop.members["bob"])
    told = [coop.words(who, "status") for who in ("bob", "ada")]
    check("who is to be taken out of it is told", [
        f"proposal {matter} “Without Bob”: would take you out of the circle" in text
        for text in told] == [True, False], told[0])
    coop.refused("and does not answer", "conflict of interest", "bob", "proposal", "consent",
                 "--proposal", matter)
    coop.act("bob", "argument", "give", "--matter", matter, "--text", "I want to stay.")
    coop.act("cat", "proposal", "withdraw", "--proposal", matter)
    coop.act("dan", "circle", "leave", "--circle", circle)


def leave_unresolved(coop, circle):
    matter = propose(coop, "cat", circle, "A second stove")
    answer(coop, "bob", matter, "object", "--class", "paramount", "--reason", "No room.")
    told = wait_for(coop, "proposal", matter, "for all members to decide")
    check("a member of the circle is to open the motion", "a member of the circle opens" in told,
          told)
    return matter


def end(coop, circle, matter):
    """Whoever is left of the circle leaves it, and others decide what it could not."""
    for who in ("bob", "cat"):
        coop.act(who, "circle", "leave", "--circle", circle)
    told = words(coop, "proposal", matter)
    check("once it has ended any member is", "any member with a vote, for the circle has ended, "
          "opens a motion\n              on it: " in told, told)
    told = sheaf("status", "--home", coop.home("cat")).stdout
    check("and who proposed it is told", f"motion open --proposal {matter}" in told, told)
    motion = coop.act("ada", "motion", "open", "--title", "The stove", "--proposal", matter)
    told = words(coop, "proposal", matter)
    check("so it is put", f"motion      {motion}" in told, told)


def main():
    started = time.monotonic()
    with Folder() as folder:
        found(folder, ARTICLES, lambda document: document["override"].update(confirm_s=600))
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub, "bob", "cat")
            members = coop.members
            circle = gather(coop, members)
            agree(coop, members, circle)
            differ(coop, circle)
            take_out(coop, circle)
            matter = leave_unresolved(coop, circle)
            coop.act("ada", "circle", "leave", "--circle", circle)
            told = words(coop, "circle", circle)
            check("who leaves is no longer in it", "has 2 members" in told
                  and "once three in it have a vote" in told, told)
            end(coop, circle, matter)
            if "-v" in sys.argv:
                print(told)
        done = sheaf("verify", os.path.join(folder, "coop"))
        check("the log verifies", done.returncode == 0, done.stdout + done.stderr)
    print(f"# {time.monotonic() - started:.1f} s")
    finish()


if __name__ == "__main__":
    sys.exit(main())
