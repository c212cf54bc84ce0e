"""`sheaf status` says what waits for a member, with the command that does it, what is due first
first; once that is done it waits no more. It works from a home, a folder and a hub."""
import http.server
import json
import os
import re
import shlex
import sys
import threading
import time

from kit import Folder, Hub, check, finish, refused, run, sheaf
from people import found

ARTICLES = {
    "accountability": {"answer_s": 700, "open_max": 5, "outcome_s": 800, "protected": True},
    "advice": {"answer_s": 500, "open_max": 5, "protected": False, "spend_max_cents": 0},
    "assemblies": {"notice_s": 60, "open_s": 600, "protected": False, "quorum_bp": 6000},
    "circles": {"answer_s": 400, "open_max": 5, "protected": False, "review_max_s": 600,
                "size_warning": 20},
    "disputes": {"mediation_s": 600, "open_max": 5, "panel_s": 600, "protected": False,
                 "talk_s": 900},
    "organs": {"protected": False, "list": [
        {"kind": "treasurers", "name": "treasurers", "nominate_s": 0, "open_s": 200,
         "quorum_bp": 5000, "seats": 3, "term_s": 10000000}]},
    "override": {"confirm_s": 1000, "hold_s": 0, "members": 2, "members_bp": 10000,
                 "protected": True},
    "petitions": {"assembly_s": 600, "members_bp": 10000, "open_max": 5, "protected": True,
                  "sign_s": 300},
    "proxies": {"cap": 2, "protected": False, "until_max_s": 31536000},
    "treasury": {"limit_cents": 10000, "protected": False, "signatures": 2},
}
WHOLE = ("organ", "ending", "share", "split")  # shown without a number
ELSEWHERE = ("bylaws", "key", "log", "model", "person", "round")  # told on other pages
PEOPLE = ("ada", "bob", "cat")


class Coop:
    """Three members, each with a home, who meet nobody's deadlines."""

    def __init__(self, folder, hub):
        self.folder, self.hub = folder, hub
        self.number = {"ada": 0}
        self.made = {"member": 0}  # the newest entry of each noun

    def home(self, who):
        return os.path.join(self.folder, who)

    def act(self, who, *flags):
        done = sheaf(*flags, "--home", self.home(who), "--hub", self.hub.url, "--json")
        if done.returncode != 0:
            raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
        index = json.loads(done.stdout)["index"]
        if flags[1] in ("open", "found", "call", "record", "order", "convene"):
            self.made[flags[0]] = index
        return index

    def status(self, who, *flags):
        return sheaf("status", "--home", self.home(who), "--hub", self.hub.url, *flags).stdout

    def waits(self, who):
        """What waits, by what it is and its entry."""
        told = json.loads(self.status(who, "--json"))["waiting"]
        return {(row["what"], row["of"]): row for row in told}

    def do(self, who, what, of, **values):
        """Runs the command that is told, with words and numbers in their places: it is accepted,
        and what it does waits no more."""
        row = self.waits(who).get((what, of))
        if not check(f"{what} {of} waits for {who}", row, self.waits(who)):
            return None
        command = row["command"].replace("yes|no|abstain", "yes").replace("yes|no", "yes")
        for name, value in {"TEXT": "Some words.", **values}.items():
            command = re.sub(rf"\b{name}\b", shlex.quote(str(value)), command)
        index = self.act(who, *shlex.split(command))
        check(f"and no more once it is done: {row['command']}",
              row["command"] not in [other["command"] for other in self.waits(who).values()],
              self.waits(who))
        return index

    def decide(self, kind, **what):
        """By a motion that all adopt."""
        motion = self.act("ada", "motion", "open", "--title", kind, "--effect",
                          json.dumps({"kind": kind, "what": what}))
        for who in PEOPLE:
            self.do(who, "motion", motion)

    def nothing(self, who, what, of):
        check(f"{what} {of} does not wait for {who}", (what, of) not in self.waits(who),
              self.waits(who))


def change(document):
    document["members"]["exclusion"] = {"hearing_s": 600}
    document["keys"]["recovery"] = {"confirmations": 1, "panel_s": 600, "wait_s": 600}
    for sort in ("ordinary", "qualified"):
        document["decisions"][sort]["open_s"] = 600


def join(coop):
    for who in PEOPLE[1:]:
        said = run(f"{who} applies", "join", coop.hub.url, "--member", who, "--person", "--home",
                   coop.home(who), "--json")
        coop.number[who] = said["index"]
        text = coop.status(who)
        check("an applicant is told to wait",
              f"member {said['index']} ({who}), who waits to be admitted" in text, text)
        waits = coop.waits("ada")[("application", said["index"])]
        check(f"{who} is named", waits.get("title") == who, waits)
        for other in PEOPLE[:PEOPLE.index(who)]:
            coop.do(other, "application", said["index"])
    text = coop.status("ada")
    check("and then nothing waits", "member 0 (Ada), for whom nothing waits\n" in text, text)


def votes(coop):
    motion = coop.act("ada", "motion", "open", "--title", "Meet every\nmonth")
    text = coop.status("bob")
    check("a motion waits, by the first line of its title",
          re.search(rf"  motion {motion} “Meet every”: your vote; until .*, in \d+ minutes\n"
                    rf"      sheaf ballot cast --motion {motion} --choice yes\|no\|abstain "
                    rf"--home {coop.home('bob')}\n", text), text)
    coop.do("bob", "motion", motion)
    check("who has given no proxy is told of none",
          coop.waits("cat")[("motion", motion)]["words"] == "your vote")
    coop.act("cat", "proxy", "give", "--member", coop.number["bob"], "--until",
             int(time.time() * 1000) + 3600000)
    check("who has given a proxy is told of it",
          coop.waits("cat")[("motion", motion)]["words"] == "your vote, or your proxy's")
    text = sheaf("motion", "show", motion, "--home", coop.home("ada")).stdout
    check("an open motion is shown with the votes by proxy",
          "2 for, 0 against, 0 blank; 1 of them by proxy, as the holder has voted so far" in text
          and "quorum     2 of " in text, text)
    text = sheaf("status", "--home", coop.home("ada")).stdout
    check("and so it is in the overview", "2 for, 0 against, 0 abstain, of 3; 1 of them by proxy"
          in text, text)
    answer = json.loads(coop.hub.get(f"/api/v1/motions/{motion}")[1])
    check("and over HTTP beside the row", (answer["proxied"], answer["motion"]["yes"])
          == ({"abstain": 0, "no": 0, "yes": 1}, 1), answer)
    petition = coop.act("ada", "petition", "open", "--title", "Roof", "--text", "It leaks.")
    coop.nothing("ada", "petition", petition)
    coop.do("bob", "petition", petition)
    order = [row["until"] for row in coop.waits("cat").values()]
    check("what is due first comes first", len(order) == 2 and order == sorted(order), order)
    coop.do("cat", "petition", petition)
    check("who opened it may convene what it asks for", "assembly convene" in
          coop.waits("ada")[("petition", petition)]["command"])
    return motion


def matters(coop):
    asked = os.path.join(coop.folder, "asked.json")
    with open(asked, "w", encoding="utf-8") as file:
        json.dump([{"member": coop.number["bob"]}], file)
    advice = coop.act("ada", "advice", "open", "--title", "Roof", "--text", "Tiles?", "--asked",
                      asked)
    coop.nothing("ada", "advice", advice)
    coop.do("bob", "advice", advice)
    coop.do("ada", "advice", advice, N=coop.number["bob"])
    coop.do("ada", "advice", advice)
    called = coop.act("ada", "accountability", "open", "--subject", coop.number["cat"], "--title",
                      "Keys", "--text", "Where are they?")
    coop.nothing("ada", "accountability", called)
    coop.do("cat", "accountability", called)
    coop.do("ada", "accountability", called)
    dispute = coop.act("ada", "dispute", "open", "--with", coop.number["bob"])
    coop.nothing("cat", "dispute", dispute)
    coop.do("bob", "dispute", dispute)
    coop.act("bob", "dispute", "advance", "--dispute", dispute)
    coop.act("ada", "dispute", "advance", "--dispute", dispute)
    coop.do("ada", "dispute", dispute, N=coop.number["cat"])
    coop.nothing("cat", "dispute", dispute)
    coop.do("bob", "dispute", dispute, N=coop.number["cat"])
    coop.do("cat", "dispute", dispute)


def circle(coop):
    number = coop.act("ada", "circle", "found", "--name", "Kitchen", "--purpose", "To cook.")
    for who in PEOPLE[1:]:
        coop.act(who, "circle", "join", "--circle", number)
        coop.do("ada", "circle", number)
    proposal = coop.act("ada", "proposal", "open", "--circle", number, "--title", "Soup", "--text",
                        "On Mondays.", "--review-s", 1)
    coop.nothing("ada", "proposal", proposal)
    coop.act("bob", "proposal", "object", "--proposal", proposal, "--class", "paramount",
             "--reason", "Not on Mondays.")
    coop.nothing("bob", "proposal", proposal)
    coop.act("ada", "proposal", "amend", "--proposal", proposal, "--text", "On Tuesdays.")
    coop.do("bob", "proposal", proposal)
    coop.do("cat", "proposal", proposal)


def money(coop):
    for who in ("ada", "bob"):
        coop.decide("office.elect", member=coop.number[who], organ=0)
    payment = coop.act("cat", "payment", "order", "--amount-cents", 100, "--payee", "Baker",
                       "--purpose", "Bread")
    coop.nothing("cat", "payment", payment)
    coop.do("ada", "payment", payment)
    row = coop.waits("bob").get(("payment", payment), {})
    check("the other treasurer is still to sign", row.get("title") == "Bread", row)
    order = coop.act("bob", "payment", "order", "--amount-cents", 10001, "--payee", "Landlord",
                     "--purpose", "Rent")
    coop.nothing("ada", "payment", order)
    check("what is above the limit needs a motion first",
          "motion must approve" in coop.waits("bob")[("payment", order)]["words"])
    election = coop.act("ada", "election", "call", "--organ", 0)
    coop.act("cat", "candidate", "stand", "--election", election)
    coop.act("bob", "argument", "give", "--matter", election, "--text", "She can count.")
    approve = os.path.join(coop.folder, "approve.json")
    with open(approve, "w", encoding="utf-8") as file:
        json.dump([{"member": coop.number["cat"]}], file)
    coop.do("cat", "election", election, FILE=approve)
    coop.nothing("cat", "election", election)
    return election


def licence(coop):
    dataset = coop.act("cat", "dataset", "register", "--title", "Crops", "--records", 9, "--schema",
                       "crops", "--licence", "CC-BY-4.0", "--subjects", "none", "--commitment",
                       "ef" * 32)
    coop.decide("data.license", datasets=[{"dataset": dataset}], licensee="A mill",
                price_cents=100, terms="Flour alone.", until=int(time.time() * 1000) + 3600000)
    rows = [row for (what, _), row in coop.waits("cat").items() if what == "licence"]
    check("who holds data is asked of its licence, by the name of who wants it",
          [row["title"] for row in rows] == ["A mill"], rows)
    check("and nobody else is", not [what for what, _ in coop.waits("bob") if what == "licence"])
    coop.do("cat", "licence", rows[0]["of"])
    coop.made["licence"] = rows[0]["of"]


def tellers(coop, motion):
    coop.decide("tellers.appoint", duration_s=600, members=[{"member": coop.number[who]}
                                                            for who in ("ada", "bob")])
    rows = os.path.join(coop.folder, "sheet.json")
    with open(rows, "w", encoding="utf-8") as file:
        json.dump([{"choice": "no", "member": coop.number["cat"]}], file)
    sheet = coop.act("ada", "ballots", "record", "--matter", motion, "--channel", "paper",
                     "--evidence", "cd" * 32, "--list", rows)
    coop.nothing("ada", "sheet", sheet)
    coop.nothing("cat", "sheet", sheet)
    coop.do("bob", "sheet", sheet)
    coop.do("cat", "motion", motion)  # it was not hers
    coop.do("cat", "motion", motion)
    coop.nothing("cat", "motion", motion)


def keys(coop):
    day_ms = 86400000
    made = [sheaf("key", "new", coop.hub.url, "--home", os.path.join(coop.folder, name), "--json")
            for name in ("phone", "laptop")]
    late, soon = (coop.act(
        "ada", "key", "admit", "--public-key=" + json.loads(done.stdout)["public_key"],
        "--scopes.vote", "yes", "--until", int(time.time() * 1000) + days * day_ms)
                  for days, done in zip((31, 29), made))
    waits = coop.waits("ada")
    check("a key that expires soon is told", "key admit" in waits[("key", soon)]["command"],
          waits)
    check("and one that does later is not", ("key", late) not in waits, waits)
    check("her first key may admit another", "lacks" not in waits[("key", soon)], waits)
    motion = coop.act("ada", "motion", "open", "--title", "From the phone")
    waits = coop.waits("phone")
    check("a key that only votes is told what it does not sign",
          waits[("key", soon)].get("lacks") == "admin"
          and "lacks" not in waits.get(("motion", motion), {"lacks": "?"}), waits)
    text = coop.status("phone")
    check("in words too", text.count(f"this needs a key with the scope admin; key {late} of this "
                                     "home does not have it\n") == 1, text)
    coop.do("phone", "motion", motion)
    coop.act("ada", "key", "revoke", "--key", soon)
    coop.nothing("ada", "key", soon)
    motion = coop.act("ada", "motion", "open", "--title", "Without the laptop")
    text = coop.status("laptop")
    check("a key that signs nothing is told so", f"key {soon} of this home was revoked: all this "
          "needs another key of the member\n" in text and "with the scope" not in text, text)
    check("and one that signs is not", "was revoked" not in coop.status("ada"))
    coop.do("ada", "motion", motion)


def members(coop):
    exclusion = coop.act("ada", "exclusion", "open", "--member", coop.number["cat"], "--reason",
                         "The keys.")
    coop.nothing("bob", "exclusion", exclusion)
    row = coop.waits("cat").get(("exclusion", exclusion), {})
    check("an exclusion tells its reason", row.get("title") == "The keys.", coop.waits("cat"))
    coop.do("cat", "exclusion", exclusion)
    home = os.path.join(coop.folder, "lost")
    recovery = run("bob has lost his keys", "recover", coop.hub.url, "--member",
                   coop.number["bob"], "--home", home, "--json").get("index")
    coop.made["recovery"] = recovery
    check("bob is warned", "strike it" in coop.waits("bob")[("recovery", recovery)]["words"])
    coop.do("cat", "recovery", recovery)
    coop.act("ada", "member", "death", "--member", coop.number["cat"], "--evidence", "ab" * 32)
    waits = coop.waits("cat")
    check("who is said to be dead is told", any(what == "death" for what, _ in waits), waits)
    death = [of for what, of in waits if what == "death"][0]
    coop.nothing("ada", "death", death)
    coop.do("bob", "death", death)
    coop.nothing("bob", "death", death)
    coop.act("cat", "petition", "open", "--title", "I live", "--text", "I do.")
    check("and lives", not any(what == "death" for what, _ in coop.waits("cat")))


def places(coop, election):
    motion = coop.act("ada", "motion", "open", "--title", "Meet twice")
    folder = os.path.join(coop.folder, "coop")
    for name, place in (("a folder", folder), ("a hub", coop.hub.url)):
        text = sheaf("status", place, "--member", coop.number["cat"]).stdout
        check(f"what waits for a member can be seen in {name}",
              f"motion {motion} “Meet" in text and "--home" not in text, text)
        text = sheaf("status", place).stdout
        check(f"without one there is the co-op alone in {name}",
              "Oak\n" in text and "waits" not in text, text)
        check(f"with its title and what else is open in {name}",
              "             “Meet twice”\n" in text and "  open       1 process of accountability ("
              in text and f", 1 election ({election}), 2 payments (" in text, text)
    opened = json.loads(sheaf("status", folder, "--json").stdout)["open"]
    check("what is open is counted", opened["payment"] == 2 and opened["assembly"] == 0, opened)
    for name, place in (("a folder", folder), ("a hub", coop.hub.url)):
        text = sheaf("organ", "show", "-", place).stdout
        check(f"organs can be seen in {name}", "treasurers (organ 0" in text, text)
        text = sheaf("election", "show", election, place).stdout
        check(f"and elections in {name}, with what is argued on them",
              f"election {election} of treasurers" in text and "arguments 1\n" in text
              and "She can count." in text, text)
        text = sheaf("proxy", "list", place).stdout
        check(f"and proxies in {name}", " votes for member " in text, text)
    check("with the names that a hub has", f"member {coop.number['bob']} (bob) votes for member "
          f"{coop.number['cat']} (cat) on" in text, text)
    here = sheaf("log", "show", folder).stdout
    there = sheaf("log", "show", "--home", coop.home("ada")).stdout
    check("entries are listed from a folder and from a hub alike", here == there
          and "  member 0, Ada\n" in here and "  member " in here.splitlines()[-1], there)
    there = sheaf("log", "show", coop.hub.url, "--from", 1).stdout.splitlines()
    check("and by a visitor of a hub that shows all", there == here.splitlines()[1:], there)
    refused("one place for organs", 2, "once", "organ", "show", "--hub", coop.hub.url, "-", folder)
    text = sheaf("status", folder, "--member", 999).stdout
    check("of nobody there is nothing", "member 999, whom the log does not know" in text, text)
    refused("a member is a number", 2, "not “x”", "status", "--member", "x", folder)
    refused("an address of no kind that is known", 1, "begin with http", "status",
            "ftp://example.org")
    refused("one place", 2, "once", "status", "--hub", coop.hub.url, folder)
    refused("a folder without a log", 1, "nowhere", "status", os.path.join(coop.folder, "nowhere"))


def documented():
    """The names that docs/json.md has for each command."""
    with open(os.path.join(os.environ["SOURCE"], "docs", "json.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `sheaf ([a-z ]+)` \| (.*) \|$", file.read(), re.MULTILINE)
    return {command: set(re.findall(r"`([a-z_]+)`", members)) for command, members in rows}


def data(coop):
    names = documented()
    shows = set(re.findall(r"^  ([a-z]+ (?:show|list)) ", sheaf("help").stdout, re.MULTILINE))
    missing = {show for show in shows - set(names) if show.split()[0] not in ELSEWHERE}
    check("docs/json.md has all that is shown of members and what they decide",
          not missing and len(shows) > 20, missing)
    folder = os.path.join(coop.folder, "coop")
    for command in sorted(names):
        noun, verb = (command.split() + [None])[:2]
        if verb == "show" and noun not in coop.made and noun not in WHOLE:
            continue
        place = ["-"] if noun == "organ" else [coop.made[noun]] if noun in coop.made else []
        if verb != "show":
            place = []
        done = sheaf(*command.split(), *place, folder, "--json")
        found_names = set(json.loads(done.stdout)) if done.returncode == 0 else {done.stderr}
        check(f"docs/json.md has all that {command} --json prints", found_names <= names[command],
              found_names - names[command])


def lines(coop):
    """A name is one line of plain text, whatever its member has made of it."""
    name = "Eve)\n  admitted    with entry 1"
    index = json.loads(sheaf("join", coop.hub.url, "--member", name, "--person", "--home",
                             coop.home("eve"), "--json").stdout)["index"]
    text = sheaf("member", "show", index, coop.hub.url).stdout
    check("a name forges no line", text.startswith(
        f"Member {index} (Eve)?  admitted    with entry 1), a person"), text)


def no_hub(coop):
    """Somebody else's web server under the address of a hub."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome!</html>\n")

        def log_message(self, *unused):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        for flags in ((url,), ("--hub", url, "--home", coop.home("cat"))):
            refused("a page is no hub", 1, "may be no hub", "status", *flags)
        server.shutdown()


def main():
    with Folder() as folder:
        found(folder, ARTICLES, change)
        with Hub(os.path.join(folder, "coop")) as hub:
            coop = Coop(folder, hub)
            join(coop)
            motion = votes(coop)
            matters(coop)
            circle(coop)
            election = money(coop)
            licence(coop)
            tellers(coop, motion)
            keys(coop)
            members(coop)
            places(coop, election)
            data(coop)
            lines(coop)
            no_hub(coop)
        check("and all of it is sound",
              sheaf("verify", os.path.join(folder, "coop")).returncode == 0)
    finish()


if __name__ == "__main__":
    sys.exit(main())
