"""Members limit in articles 21 and 22 what consents and mandates may say: what goes beyond is
refused in words, and a mandate that they come to forbid opens no further round."""
import json
import os
import time

from coop import CENTRES, Coop, founded, privacy_terms
from kit import Folder, check, finish, run, sheaf

DAY_MS = 86400000


def says(coop, *flags, stdin=None):
    """A command that the rules refuse: what it says."""
    done = sheaf(*flags, "--home", coop.home("va"), "--hub", coop.hub.url, stdin=stdin)
    return done.stderr if done.returncode == 4 else f"exit {done.returncode}: {done.stderr}"


def asked(coop, privacy):
    """The mandate that was adopted, once more with such terms."""
    what = {"attest_min": 2, "cohort_min": 3, "duration_s": 86400,
            "datasets": [{"dataset": n} for n in sorted(coop.datasets.values())],
            "learning": {"batch": 0, "local_steps": 1, "rate_millionths": 100000, "seed": 1},
            "model": coop.rows("model")[0]["id"], "purpose": "care", "release": "noised",
            "rounds_max": 2, "privacy": privacy}
    return says(coop, "motion", "open", "--title", "More", "--effect", "-",
                stdin=json.dumps({"kind": "mandate.grant", "what": what}))


def amend(coop, change):
    version = coop.rows("coop")[0]["bylaws_newest"]
    document = run("the bylaws are read", "bylaws", "show", coop.folder, "--as", "json")
    change(document)
    coop.decide("Limits", {"kind": "bylaws.amend", "what": {"base": version, "text": document}},
                lambda: coop.rows("coop")[0]["bylaws_newest"] != version)


def limit(document):
    document["data"] = {"budget_required": True, "consent_max_s": 3600, "protected": True}
    document["privacy"].update(exact_sums=False, epsilon_max_millionths=2500000,
                               delta_max_trillionths=1000000000)


def consent(coop, length_ms, *more):
    return ("consent", "grant", "--dataset", coop.datasets[min(coop.datasets)], "--purpose", "care",
            "--until", int(time.time() * 1000) + length_ms, *more)


def number(coop, centre):
    with open(os.path.join(coop.home(centre), "home.json"), encoding="utf-8") as file:
        return json.load(file)["member"]


def limits(coop):
    terms = privacy_terms("record", 4, 3, 243)
    coop.mandate(2, terms, local_steps=1)
    amend(coop, limit)
    said = asked(coop, terms)
    check("a mandate beyond the bylaws is refused with both numbers",
          "article 22 (Privacy), privacy.epsilon_max_millionths: 3 is asked for, at most 2.5 is "
          "allowed" in said, said)
    said = asked(coop, {**privacy_terms("record", 8, 2, 243), "delta_trillionths": 2000000000})
    check("of delta too", "privacy.delta_max_trillionths: 0.002 is asked for, at most 0.001 is"
          in said, said)
    said = sheaf("status", coop.folder).stdout
    check("a mandate that was adopted before opens no further round, which status tells",
          "no further round: the bylaws do not allow one mandate so large an epsilon" in said, said)
    owner = min(coop.datasets)
    centre = next(c for c in CENTRES if number(coop, c) == owner)
    for words, flags in (("do not let a consent last so long", consent(coop, DAY_MS)),
                         ("a consent names a privacy budget", consent(coop, 1800000))):
        done = sheaf(*flags, "--home", coop.home(centre), "--hub", coop.hub.url)
        check(f"refused: {words}", done.returncode == 4 and words in done.stderr, done.stderr)
    budget = {"delta_trillionths": 1000000000, "epsilon_millionths": 2000000, "unit": "record"}
    coop.act(centre, *consent(coop, 1800000, "--budget", json.dumps(budget)))
    said = sheaf("bylaws", "show", coop.folder).stdout
    check("the statutes tell the limits", "given for at most 1 hour" in said
          and "an epsilon of at most 2.5 and a delta of at most 0.001" in said
          and "names a privacy budget" in said, said)


with Folder() as scratch:
    with Coop.at(founded(scratch)) as coop:
        limits(coop)
    coop.sound("and everything is sound")
finish()
