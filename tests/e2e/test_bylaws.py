"""Founders make bylaws from answers, read them as statutes, found a co-op on them and amend them;
Python's tomllib reads the TOML as what the program means by it."""
import json
import os
import pty
import subprocess
import sys
import time

try:
    import tomllib
except ImportError:
    tomllib = None
from kit import SHEAF, Folder, Hub, check, finish, refused, run, sheaf, until

ANSWERS = """# the founders of Oak
model = "demonstration"
name = "Oak & Ash"
purpose = "To grow models of our orchards together."
parts = ["circles", "shares"]
share_price = 50
reserve_percent = 25

[shares]
max_count = 20
"""
LEGAL = ANSWERS.replace("demonstration", "association")


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def unsourced(article):
    """The paths of its numbers, however deep they stand, of which it names no source."""
    named = {note["of"] for note in article.get("sources", [])}
    found, rest = [], [("", article)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, dict):
            rest += [(f"{path}.{key}".lstrip("."), item) for key, item in value.items()]
        elif isinstance(value, list):
            rest += [(path, item) for item in value]
        elif type(value) is int and path not in named:
            found.append(path)
    return found


def parts(folder):
    """Whatever is switched on says where its numbers come from."""
    known = sheaf("bylaws", "new", "--answers", write(
        folder, "none.toml", ANSWERS.replace('["circles", "shares"]', '"x"'))).stderr
    every = known.strip().partition("parts are ")[2]
    check("who asks for no part is told all", every.count(", ") > 10, known)
    answers = write(folder, "all.toml", LEGAL.replace('["circles", "shares"]', f'"{every}"')
                    .replace("max_count = 20", "max_count = 21"))
    path = os.path.join(folder, "all.json")
    done = sheaf("bylaws", "new", "--answers", answers, "--out", path)
    check("all parts are switched on", done.returncode == 0, done.stderr)
    document = json.loads(read(path))
    missing = {name: unsourced(article) for name, article in document.items()
               if isinstance(article, dict) and unsourced(article)}
    check("each number of them has a source", len(document) > 25 and not missing, missing)


def make(folder):
    """bylaws new, from a file; what stands in it."""
    refused("without a person or a file nothing is guessed", 1, "nobody is there to ask",
            "bylaws", "new", stdin="")
    refused("what has no default must be said", 1, "nobody said its name",
            "bylaws", "new", "--yes", stdin="")
    answers = write(folder, "answers.toml", ANSWERS)
    path = os.path.join(folder, "oak.toml")
    done = sheaf("bylaws", "new", "--answers", answers, "--out", path)
    check("bylaws are made of answers", done.returncode == 0, done.stderr)
    document = run("they are read back", "bylaws", "show", path, "--as", "json")
    if tomllib:
        check("tomllib reads the same", tomllib.loads(read(path)) == document)
    check("answers and tables are in their places",
          document["purpose"]["name"] == "Oak & Ash" and document["shares"]["max_count"] == 20
          and document["shares"]["price_cents"] == 5000
          and document["surplus"]["reserve_bp"] == 2500 and "circles" in document
          and sum(document["surplus"][k] for k in ("data_bp", "members_bp", "reserve_bp")) == 10000)
    refused("a file is not written over", 1, "exists already",
            "bylaws", "new", "--answers", answers, "--out", path)
    for name, text, words in (
            ("unknown", ANSWERS.replace("[shares]", "[sharez]"), "sharez"),
            ("no question", "colour = 1\n" + ANSWERS, "no question and no article"),
            ("no part", ANSWERS.replace("circles", "squares"), "is no part"),
            ("no line", ANSWERS.replace("= 50", "= 50.5.5"), "line 6"),
            ("no model", ANSWERS.replace("demonstration", "guild"), "no model"),
            ("surplus", ANSWERS.replace("= 25", "= 125"), "0 to 100"),
            ("no days", "voting_days = 0\n" + LEGAL, "1 at least"),
            ("months of voting", "voting_days = 90\n" + LEGAL, "89 days at most"),
            ("days for seconds", "voting_days = 7\n" + ANSWERS, "in seconds"),
            ("no currency", 'currency = "euro"\n' + ANSWERS, "three capital letters"),
            ("too much", "data_percent = 76\n" + ANSWERS, "the reserve leaves 75")):
        refused(f"answers with {name} are refused", 1, words, "bylaws", "new", "--answers",
                write(folder, "wrong.toml", text))
    for days, confirm in ((13, 14), (14, 28), (89, 90)):
        longer = os.path.join(folder, f"{days}.toml")
        done = sheaf("bylaws", "new", "--answers", write(
            folder, "longer-answers.toml", f"voting_days = {days}\n" + LEGAL), "--out", longer)
        check(f"{days} days of votes leave time to confirm a suspension", done.returncode == 0
              and f"confirm_s = {confirm * 86400}\n" in read(longer), done.stderr)
    return path, document


def answer(path, answers):
    """bylaws new as a person at a terminal; what was asked."""
    master, slave = pty.openpty()
    process = subprocess.Popen([SHEAF, "bylaws", "new", "--out", path], stdin=slave,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(slave)
    os.write(master, ("\n".join(answers) + "\n").encode())
    _, questions = process.communicate(timeout=30)
    os.close(master)
    check("questions are answered at a terminal", process.returncode == 0, questions)
    return questions


def ask(folder):
    """A wrong answer is asked again."""
    path = os.path.join(folder, "asked.toml")
    told = answer(os.path.join(folder, "named.toml"),
                  ["sce", "Elm", "Elm SCE", "To last.", "Bonn"] + [""] * 9)
    check("so is a name that the form forbids, before all else is asked",
          told.count("What is the co-op called?") == 2 and told.count("What is it for") == 1
          and "has the word SCE\n" in told, told)
    questions = answer(path, ["guild", "", "Elm", "To last.", "", "", "", "many", "3"] + [""] * 6)
    document = json.loads(sheaf("bylaws", "show", path, "--as", "json").stdout or "{}")
    check("a wrong answer is asked again",
          "it is a number" in questions
          and document.get("members", {}).get("admission", {}).get("approvals") == 3, questions)
    check("twelve questions at most",
          questions.count("?") - questions.count("it is a number") <= 12, questions)


def tell(folder, path):
    text = sheaf("bylaws", "show", path).stdout
    check("statutes have thirty articles", all(f"\n## Article {n}. " in text for n in range(1, 31)))
    check("they name the co-op", "called Oak & Ash." in text and "50.00 EUR" in text, text[:300])
    german = sheaf("bylaws", "show", path, "--lang", "de").stdout
    check("German is a draft", "Entwurf" in german and "50,00 EUR" in german, german[:300])
    page = sheaf("bylaws", "show", path, "--as", "html").stdout
    check("HTML stands alone and escapes", "Oak &amp; Ash" in page and "@media print" in page
          and page.endswith("</html>\n"))
    catalogue = write(folder, "la.json", json.dumps(
        {"language": "la", "words": {"article": "Articulus"}}))
    check("another language comes from a file",
          "## Articulus 5. " in sheaf("bylaws", "show", path, "--catalogue", catalogue).stdout)
    refused("a catalogue that is none is refused", 1, "catalogue",
            "bylaws", "show", path, "--catalogue", path)
    refused("there is no such language", 1, "--catalogue FILE", "bylaws", "show", path,
            "--lang", "xx")
    refused("there is no such form", 2, "--as is", "bylaws", "show", path, "--as", "pdf")
    listed = [json.loads(row) for row in sheaf("help", "refusals", "--json").stdout.splitlines()]
    check("each refusal names an article of the statutes",
          len(listed) > 100
          and all(f"\n## Article {row['article_number']}. " in text for row in listed))
    effects = {row["effect"]: row for row in map(json.loads, sheaf(
        "help", "effects", "--json").stdout.splitlines())}
    check("and each effect of a motion, with the decision that it needs", len(effects) > 20
          and all(f"\n## Article {row['article_number']}. " in text for row in effects.values())
          and effects["bylaws.amend"]["least"] == "qualified"
          and not effects["bylaws.amend"]["held"] and effects["mandate.grant"]["held"], effects)
    words = sheaf("help", "effects").stdout
    check("in words too", all(f"\n  {name} " in words for name in effects)
          and "sheaf help effects" in sheaf("help").stdout, words)


def judge(folder, path):
    refused("sound bylaws are", 0, "contradicts", "bylaws", "check", path)
    noted = sheaf("bylaws", "check", path).stdout
    check("that nothing is held is noted", "override.hold_s\n  no automatic effect" in noted, noted)
    held = write(folder, "held.toml", read(path).replace("hold_s = 0", "hold_s = 1"))
    check("where it is so", "no automatic effect" not in sheaf("bylaws", "check", held).stdout)
    wrong = write(folder, "keys.toml",
                  read(path).replace("reserve_bp = 2500", "reserve_bp = 2400"))
    refused("keys that do not sum are refused with the article", 4, "article 18",
            "bylaws", "check", wrong)
    listed = sheaf("bylaws", "check", write(folder, "two.toml", read(wrong).replace(
        "approvals_bp = ", "approvals_bp = 1 # ")), "--json").stdout.splitlines()
    check("all that is wrong is told", [json.loads(row)["path"] for row in listed
                                          if "code" in row]
          == ["surplus", "succession.approvals_bp"], listed)
    free = write(folder, "free.toml", read(path).replace("protected = true", "protected = false"))
    rows = [json.loads(row) for row in sheaf("bylaws", "check", free, "--json")
            .stdout.splitlines()]
    check("each finding by the article that it is in",
          {row["path"].split(".")[0]: row["article"] for row in rows if "code" in row}
          == {name: name for name in ("amendment", "decisions", "keys", "members",
                                      "override", "purpose")}, rows)
    refused("no co-op is founded on them", 1, "article 18", "found", os.path.join(folder, "no"),
            "--bylaws", wrong, "--member", "Ada", "--home", os.path.join(folder, "no-home"))
    refused("an unknown field is named", 1, "purpose",
            "bylaws", "check", write(folder, "field.toml", "[purpose]\ncolour = 1\n"))
    refused("with its article", 1, "article 6 (Amendment), amendment.rule.quorum_bp: must be",
            "bylaws", "check", write(folder, "quorum.toml", read(path).replace(
                "quorum_bp = 7500", "quorum_bp = 11000")))
    refused("a broken line is", 1, "line 2",
            "bylaws", "check", write(folder, "line.toml", "[purpose]\nname = Oak\n"))


def sources(folder):
    """No number stands with the source of another."""
    def made(name, more):
        answers = 'model = "coop3"\nname = "Elm"\npurpose = "To last."\n' + more
        return sheaf("bylaws", "new", "--json", "--answers", write(folder, name, answers)).stdout

    def said(text, article, of):
        return [note["source"] for note in json.loads(text)[article]["sources"]
                if note["of"] == of]
    plain = made("plain.toml", "")
    other = made("other.toml", '[amendment.rule]\nmajority = "three_quarters"\n')
    nine = said(plain, "amendment", "rule.majority")
    check("a model's number has the model's source", "nine tenths" in str(nine), nine)
    check("another number is the founders' choice", said(other, "amendment", "rule.majority")
          == ["the founders' choice"] and said(other, "amendment", "rule.open_s")
          == said(plain, "amendment", "rule.open_s"), other)
    named = made("named.toml", '[amendment.rule]\nmajority = "three_quarters"\n'
                 '[[amendment.sources]]\nof = "rule.majority"\nsource = "our first meeting"\n')
    check("or what they name", said(named, "amendment", "rule.majority")
          == ["our first meeting"], named)
    old = write(folder, "old-sources.json", plain)
    new = write(folder, "new-sources.json", plain.replace("nine_tenths", "three_quarters"))
    warned = "amendment.rule.majority\n  what stands there is not what its source"
    check("check notes a source that stayed", warned in sheaf("bylaws", "check", new).stdout)
    for sound in (plain, other, named):
        done = sheaf("bylaws", "check", write(folder, "sound.json", sound))
        check("and nothing else", done.returncode == 0 and "its source" not in done.stdout,
              done.stdout)
    told = sheaf("bylaws", "diff", old, new).stdout
    check("so does diff", "changed, source kept (rule.majority): coop3" in told, told)
    told = run("as data too", "bylaws", "diff", old, new, "--json")
    check("with its path", [note["path"] for note in told["articles"][0]["stale_sources"]]
          == ["amendment.rule.majority"], told)
    check("not where the source changed too", "source kept" not in sheaf(
        "bylaws", "diff", old, write(folder, "named.json", named)).stdout)


def notes(folder):
    """What the rules take and members should know is told, and not where it is not so."""
    answers = 'model = "worker"\nname = "Elm"\npurpose = "To last."\n'
    text = sheaf("bylaws", "new", "--answers", write(folder, "worker-answers.toml", answers)).stdout

    def noted(*changes):
        changed = text
        for old, new in changes:
            check("the model has " + old, old in changed)
            changed = changed.replace(old, new)
        done = sheaf("bylaws", "check", "--json", write(folder, "noted.toml", changed))
        return [row["path"] + ":" + row["note"] for row in map(json.loads, done.stdout.splitlines())
                if "note" in row and row["note"] != "source_stale"]
    spends = "privacy.epsilon_max_millionths:epsilon_unlimited"
    check("a privacy budget without a cap is noted", noted() == [spends], noted())
    capped = ("rounds_max = ", "epsilon_max_millionths = 10000000\nrounds_max = ")
    check("not where there is one", noted(capped) == [])
    soon = ("object_s = ", "# object_s = ")
    alone = "members.admission.object_s:admits_at_once"
    check("members whom two admit at once", noted(capped, soon) == [alone])
    check("or one does", noted(capped, soon, ("approvals = 2", "approvals = 1")) == [alone])
    check("not three", noted(capped, soon, ("approvals = 2", "approvals = 3")) == [])
    early = ("nominate_s = 1209600", "nominate_s = 0")
    final = ("ballots_changeable = true", "ballots_changeable = false")
    check("votes that can be changed before candidates are known", noted(capped, early) == [])
    check("and votes after they are", noted(capped, final) == [])
    check("not votes that cannot", noted(capped, early, final)
          == [f"organs.list[{i}].nominate_s:votes_before_candidates" for i in range(2)])


def founders(folder):
    """What the form of an SCE asks of founders is told, and stands in article 1."""
    path = os.path.join(folder, "sce.json")
    sheaf("bylaws", "new", "--answers", write(
        folder, "sce-answers.toml",
        'model = "sce"\nname = "Elm SCE"\npurpose = "To last."\nplace = "Bonn"\n'), "--out", path)
    done = sheaf("found", os.path.join(folder, "elm"), "--bylaws", path, "--member", "Ada",
                 "--home", os.path.join(folder, "elm-ada"))
    check("an SCE is told of its founders", done.returncode == 0
          and "five founders" in done.stderr and "two Member States" in done.stderr, done.stderr)
    done = sheaf("verify", os.path.join(folder, "elm"))
    check("and so is who verifies it", done.returncode == 0
          and "fewer than form a European Cooperative Society" in done.stdout, done.stdout)
    check("as data", json.loads(sheaf("verify", os.path.join(folder, "elm"), "--json").stdout)
          ["few_members"] is True)
    document = json.loads(read(path))
    first = document["purpose"]["clauses"].pop(0)
    check("its article says so", "five" in first["text"], first)
    noted = sheaf("bylaws", "check", write(folder, "one.json", json.dumps(document)))
    check("without it the source speaks of nothing", noted.returncode == 0
          and "purpose.clauses\n  what stands there is not what its source" in noted.stdout,
          noted.stdout)
    del document["purpose"]["clauses"]
    refused("no SCE is without", 4, "purpose.clauses: must be there", "bylaws", "check",
            write(folder, "none.json", json.dumps(document)))


def clauses(folder, path):
    """A clause of prose is told by its number, and one that is added changes no other."""
    document = run("bylaws are read", "bylaws", "show", path, "--as", "json")

    def version(name, words):
        document["decisions"]["clauses"] = [{"text": word} for word in words]
        return write(folder, name, json.dumps(document))
    old = version("old.json", ["A.", "B.", "B.", "C."])
    for words, changes in ((["A.", "X.", "B.", "B.", "C."], ["2: X. instead of none"]),
                           (["A.", "B.", "C."], ["3: none instead of B."]),
                           (["A.", "B.", "B.", "D."], ["4: D. instead of C."]),
                           (["B.", "A.", "B.", "C."], ["1: B. instead of A.",
                                                       "2: A. instead of B."])):
        told = sheaf("bylaws", "diff", old, version("new.json", words)).stdout
        lines = [line.split(" (")[0] for line in told.splitlines() if "clauses" in line]
        check(f"clauses {words} are told", lines == [f"  clauses of prose, {change}"
                                                     for change in changes], told)


def amend(folder, path):
    coop, home = os.path.join(folder, "coop"), os.path.join(folder, "ada")
    done = sheaf("found", coop, "--bylaws", path, "--member", "Ada", "--home", home)
    check("a co-op is founded on TOML", done.returncode == 0, done.stderr)
    with Hub(coop) as hub:
        here = ("--home", home, "--hub", hub.url)
        shown = run("the bylaws in force are shown", "bylaws", "show", hub.url, "--json")
        check("by the entry that made them", shown["version"] == 0)
        below = shown["bylaws"]
        for article, number, value, code, words in (
                ("succession", "approvals_bp", 1, 213, "article 29 (Succession of the hub), "
                 "succession.approvals_bp: 0.01 % is less than 50.01 %, the limit by the floor of "
                 "every form"),
                ("override", "protected", False, 215, "article 15 (Human override), "
                 "override.protected: must be there, and not be switched off"),
                ("surplus", "reserve_bp", 1, 200, "article 18 (Surplus), surplus: 75.01 % "
                 "contradicts the bylaws themselves"),
                ("privacy", "cohort_min", 0, None, "privacy.cohort_min: must be a whole number "
                 "from 2 to 1000, not 0 (article 22, Privacy)")):
            text = json.loads(json.dumps(below))
            text[article][number] = value
            effect = json.dumps({"kind": "bylaws.amend", "what": {"base": 0, "text": text}})
            for more in ((), ("--dry-run",)):
                refused(f"a motion for {article}.{number} is told where it fails",
                        4 if code else 2, words, "motion", "open", "--title", "Less", "--effect",
                        effect, *more, *here)
                if code:
                    told = json.loads(sheaf("motion", "open", "--title", "Less", "--effect",
                                            effect, *more, *here, "--json").stdout)
                    check("as data by its own article", told["article"] == article
                          and told["code"] == code, told)
        effect = '{"kind":"rules.adopt","what":{"revision":2}}'
        for more in ((), ("--dry-run",)):
            refused("rules that no program here knows are not put to the vote", 4, "does not know "
                    "that rules revision", "motion", "open", "--title", "Newer", "--effect",
                    effect, *more, *here)
        draft = os.path.join(folder, "next.toml")
        write(folder, "next.toml", sheaf("bylaws", "show", coop, "--as", "toml").stdout.replace(
            "cohort_min = 3", "cohort_min = 4").replace("size_warning = 20", "size_warning = 12"))
        told = run("the difference is told", "bylaws", "diff", coop, draft, "--json")
        check("with its decision", told["decision"] == "protected" and
              [a["number"] for a in told["articles"]] == [11, 22] and
              told["articles"][1]["changes"][0]["new"] == "4", told)
        check("and with its sentences", told["articles"][1]["old_sentences"] == [
            "A round adds up the contributions of at least 3 members."]
              and told["articles"][1]["new_sentences"] == [
                  "A round adds up the contributions of at least 4 members."], told)
        words = sheaf("bylaws", "diff", hub.url, draft, "--lang", "de").stdout
        check("in words too, with the source that stayed", "  künftig: Eine Runde" in words
              and "Quelle geblieben (cohort_min): Wahl dieses Programms, "
              "für Versuche\n" in words, words)
        refused("what is not there is said", 1, "no file and no folder", "bylaws", "amend", "next",
                "--title", "Nothing", *here)
        refused("a hub's bylaws are sound", 0, "contradicts", "bylaws", "check", hub.url)
        refused("and their own amendment none", 1, "nothing is proposed", "bylaws", "amend", coop,
                "--title", "Nothing", *here)
        refused("an amendment that changes nothing is none", 1, "nothing is proposed", "bylaws",
                "amend", path, "--title", "Nothing", *here)
        asked = sheaf("bylaws", "amend", draft, "--title", "More in a round", "--dry-run", *here)
        check("a dry run enters nothing", asked.returncode == 0 and "would accept" in asked.stdout,
              asked.stderr)
        done = sheaf("bylaws", "amend", draft, "--title", "More in a round", *here)
        motion = done.stdout.strip()
        check("an amendment is proposed with its changes",
              done.returncode == 0 and "fewest members in a round: 4 instead of 3" in done.stderr
              and "protected decision" in done.stderr, done.stderr)
        words = sheaf("motion", "show", motion, *here[:2]).stdout
        check("the motion tells what changes", "changes article 11, Circles and consent\n" in words
              and "changes article 22, Privacy\n               fewest members in a round: 4 "
              "instead of 3\n               until now: A round adds up" in words, words)
        check("as data too", [a["number"] for a in run("it is shown", "motion", "show", motion,
                                                      *here[:2], "--json")["changes"]] == [11, 22])
        check("the proposed version can be read", "cohort_min = 4" in sheaf(
            "bylaws", "show", coop, "--as", "toml", "--version", motion).stdout)
        late = sheaf("bylaws", "amend", draft, "--title", "The same again", *here).stdout.strip()
        done = sheaf("ballot", "cast", "--motion", motion, "--choice", "yes", "--home", home)
        check("it is voted on", done.returncode == 0, done.stderr)
        check("and in force", until(lambda: "at least 4 members" in sheaf(
            "bylaws", "show", "--home", home).stdout, 20))
        sheaf("ballot", "cast", "--motion", late, "--choice", "yes", "--home", home)
        check("one that came too late is void, with the article", until(
            lambda: "  settled    adopted, void, " in (words := sheaf(
                "motion", "show", late, "--home", home).stdout)
            and "(article 6, Amendment; code 207)\n" in words, 20))
        told = run("and as data", "motion", "show", late, "--home", home, "--json")
        check("with its number", told["void"]["article"] == "amendment"
              and told["void"]["code"] == 207, told)
        lines = [line for line in sheaf("log", "show", coop).stdout.splitlines()
                 if "; what it settled has no effect: " in line]
        ticks = [row for row in map(json.loads, sheaf("log", "show", coop, "--json")
                                    .stdout.splitlines()) if "effect_void" in row]
        check("so does the log, at the entry that settled it", len(lines) == len(ticks) == 1
              and "(code 207)" in lines[0] and ticks[0]["effect_void"] == "amends_old_version"
              and ticks[0]["index"] == told["motion"]["decided"], lines)
        check("the former version is still there", "at least 3 members" in sheaf(
            "bylaws", "show", coop, "--version", "0").stdout)
        refused("an entry without bylaws is none", 1, "holds no bylaws", "bylaws", "show", coop,
                "--version", str(int(late) + 1))
        register(folder, home, coop, hub)


def adopt(folder, home, name, text, title):
    """Proposes the text and votes for it; the number of the motion."""
    done = sheaf("bylaws", "amend", write(folder, name, text), "--title", title, "--home", home)
    check(f"{title} is proposed", done.returncode == 0, done.stderr)
    motion = done.stdout.strip()
    done = sheaf("ballot", "cast", "--motion", motion, "--choice", "yes", "--home", home)
    check("and voted on", done.returncode == 0, done.stderr)
    check("it is adopted", until(lambda: "settled    adopted" in sheaf(
        "motion", "show", motion, "--home", home).stdout, 20))
    return motion, done.stderr


def register(folder, home, coop, hub):
    """An amendment that asks for registration waits for it, and so does the next."""
    toml = sheaf("bylaws", "show", coop, "--as", "toml").stdout
    first, _ = adopt(folder, home, "first.toml",
                     toml.replace("registration = false", "registration = true"), "To register")
    shown = sheaf("motion", "show", first, "--home", home).stdout
    check("it awaits registration",
          "awaiting registration: until sheaf bylaws register --of" in shown, shown)
    version = shown.split("--of ")[1].split()[0]
    document = run("the old text applies", "bylaws", "show", coop, "--json")
    check("and is told so", document["state"] == "in_force"
          and not document["bylaws"]["amendment"]["registration"])
    newest = run("the newest is at hand", "bylaws", "show", coop, "--version", "newest", "--json")
    check("by its entry", newest["state"] == "waiting" and newest["version"] == int(version)
          and newest["bylaws"]["amendment"]["registration"], newest.get("version"))
    text = sheaf("bylaws", "show", coop).stdout
    check("both are named", f"awaiting registration: that of entry {version}" in text, text[:400])
    second, _ = adopt(folder, home, "second.toml", toml.replace(
        "registration = false", "registration = true").replace(
            "cohort_min = 4", "cohort_min = 5"), "Five")
    later = sheaf("motion", "show", second, "--home", home).stdout.split("--of ")[1].split()[0]

    def record(entry):
        return ("bylaws", "register", "--of", entry, "--number", "GnR 77", "--date",
                time.strftime("%Y-%m-%d", time.gmtime()), "--document", "7" * 64, "--home", home)
    refused("registration is in order", 4, "in the order of their adoption", *record(later))
    done = sheaf(*record(version))
    check("who alone has a vote records it alone", done.returncode == 0, done.stderr)
    refused("once", 4, "awaits registration", *record(version))
    document = run("it is in force", "bylaws", "show", coop, "--json")
    check("the first alone", document["version"] == int(version)
          and document["bylaws"]["privacy"]["cohort_min"] == 4, document["version"])
    text = sheaf("bylaws", "show", coop).stdout
    check("with its number", "registered as GnR 77 on 20" in text, text[:400])
    shown = sheaf("motion", "show", first, "--home", home).stdout
    check("the motion says so", "registered as GnR 77, in force from entry" in shown, shown)
    done = sheaf("motion", "open", "--title", "Not five", "--effect", json.dumps(
        {"kind": "bylaws.withdraw", "what": {"of": int(later)}}), "--home", home)
    check("the other is to be given up", done.returncode == 0, done.stderr)
    done = sheaf("ballot", "cast", "--motion", done.stdout.strip(), "--choice", "yes",
                 "--home", home)
    check("by the members", until(lambda: "withdrawn by the members" in sheaf(
        "motion", "show", second, "--home", home).stdout, 20), done.stderr)
    refused("what was withdrawn is not registered", 4, "awaits registration", *record(later))
    third, _ = adopt(folder, home, "third.toml", read(os.path.join(folder, "second.toml")),
                     "Five again")
    confirm(folder, home, hub, third, record)
    check("the log verifies", sheaf("verify", coop).returncode == 0)


def confirm(folder, home, hub, motion, record):
    """With a second member nobody registers an amendment alone."""
    bo = os.path.join(folder, "bo")
    told = run("Bo applies", "join", hub.url, "--member", "Bo", "--person", "--home", bo, "--json")
    done = sheaf("member", "admit", "--member", told["index"], "--home", home)
    check("and is admitted", done.returncode == 0, done.stderr)

    def shown():
        return sheaf("motion", "show", motion, "--home", home).stdout
    done = sheaf(*record(shown().split("--of ")[1].split()[0]))
    entry = done.stdout.strip()
    check("a member records an entry", done.returncode == 0, done.stderr)
    check("that another must confirm", "member 0 (Ada) has recorded it as GnR 77" in shown()
          and f"sheaf bylaws confirm --registration {entry}" in shown(), shown())
    status = [sheaf("status", "--home", who).stdout for who in (home, bo)]
    check("who is told in what waits", f"registration {entry}: of an amendment" in status[1]
          and f"bylaws confirm --registration {entry}" in status[1]
          and "registration" not in status[0] and "bylaws register" not in "".join(status),
          "".join(status))
    confirms = ("bylaws", "confirm", "--registration", entry, "--home")
    refused("who recorded it does not", 4, "spoken on this already", *confirms, home)
    done = sheaf(*confirms, bo)
    check("and does", done.returncode == 0, done.stderr)
    check("then it is in force", "registered as GnR 77, in force from entry" in shown(), shown())


def main():
    with Folder() as folder:
        path, _ = make(folder)
        parts(folder)
        ask(folder)
        tell(folder, path)
        judge(folder, path)
        sources(folder)
        notes(folder)
        founders(folder)
        clauses(folder, path)
        amend(folder, path)
    finish()


if __name__ == "__main__":
    sys.exit(main())
