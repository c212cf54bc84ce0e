"""Training under noise, beyond what the demonstration shows: samples of records, a node that
dies, members as what is protected, budgets that run out, and terms that are untrue."""
import json
import os
import shutil
import time

from coop import CENTRES, Coop, demonstrated, privacy_terms, told
from kit import Folder, check, finish, sheaf, until


# Where every node answers a longer stage costs little, and a busy machine loses no round: a
# program of a member's own takes whole seconds of the stage, the rest is for all other steps.
TRAINER_MS = 3700
PATIENT_MS = 15000


def closed(coop, task):
    return [r for r in coop.rounds("closed") if r["task"] == task]


def previewed(coop):
    """Before anything leaves, its cost is told."""
    done = sheaf("node", "--dry-run", "--home", coop.home("va"), "--hub", coop.hub.url, "--json")
    said = json.loads(done.stdout)["rounds"][-1] if done.returncode == 0 else {"privacy": {}}
    cost = said["privacy"]
    check("a dry run tells what was spent and what the round would add",
          said.get("mandate") == coop.mandated and cost["unit"] == "record"
          and 0 < cost["spent_millionths"] < cost["after_millionths"] < cost["budget_millionths"],
          done.stdout + done.stderr)


def spoiled(coop, centre):
    """The centre registers its file with a value that is no number: for that row alone."""
    file = os.path.join(coop.home(centre), "heart.csv")
    with open(file, encoding="utf-8") as table:
        lines = table.read().splitlines()
    lines[4] = "unknown" + lines[4][lines[4].index(","):]
    with open(file, "w", encoding="utf-8") as table:
        table.write("\n".join(lines) + "\n")
    done = sheaf("data", "commit", file, "--home", coop.home(centre), "--json")
    says = json.loads(done.stdout)
    check("committing to a file tells how many rows it has",
          says["records"] == len(lines) - 1, done.stdout)
    dataset = coop.act(centre, "dataset", "register", "--title", "With a gap", "--records",
                       says["records"], "--schema", "uci-heart", "--licence", "CC0-1.0",
                       "--subjects", "patients", "--commitment", says["commitment"])
    coop.act(centre, "consent", "grant", "--dataset", dataset, "--purpose", "care", "--until",
             int(time.time() * 1000) + 86400000)
    done = sheaf("data", "check", file, "--home", coop.home(centre))
    check("and checking it, which row no round can use", done.returncode == 3
          and "1 cannot be read and count as none: line 5" in done.stdout
          and "exact sums" in done.stdout, done.stdout + done.stderr)


def samples(demo, scratch):
    """A sample of half the records a round; one node is killed, and three are enough."""
    with Coop(demo, scratch, "samples") as coop:
        spoiled(coop, "hungarian")
        coop.mandate(7, privacy_terms("record", 4, 3, 243, sampling=0.5), local_steps=1,
                     rate_millionths=2000000)
        previewed(coop)
        for centre in CENTRES:
            coop.start_node(centre)
        check("four nodes train on samples", until(
            lambda: [r for r in closed(coop, "train") if r["survivors"] == 4], 60), told(coop))
        check("one of them with a row that counts as none, which its own log tells",
              "count as none: line 5" in coop.words("hungarian"), told(coop))
        coop.kill("va")
        check("when one is killed, three go on to the end", until(
            lambda: [e for e in coop.rows("evaluation") if e["round"] >= coop.mandated], 90),
            told(coop))
        last = coop.rows("evaluation")[-1]
        check("figures under noise are accuracy and records alone",
              last["accuracy_millionths"] <= 1000000 and last["records"] >= 1
              and not last["has_auc"] and not last["has_log_loss"], last)
        rounds = coop.rounds("closed")
        check("no round took statistics, and one had three members",
              all(r["task"] != "statistics" for r in rounds)
              and any(r["survivors"] == 3 for r in rounds), told(coop))
        model = max(closed(coop, "train"), key=lambda r: r["id"])["result"]
        predicted(coop, model)
    coop.sound("and everything is sound")


def predicted(coop, model):
    done = sheaf("predict", os.path.join(coop.folder, "blobs", model[:2], model[2:]),
                 os.path.join(coop.home("va"), "heart.csv"))
    check("the model predicts", done.returncode == 0 and len(done.stdout.splitlines()) == 131,
          done.stderr)


def consent(coop, centre, *budget):
    """In the place of the one before, which would count too. Without a budget what the mandate
    may spend is all that limits it."""
    with open(os.path.join(coop.home(centre), "home.json"), encoding="utf-8") as file:
        dataset = coop.datasets[json.load(file)["member"]]
    for row in coop.rows("consent"):
        if row["dataset"] == dataset:
            coop.act(centre, "consent", "revoke", "--consent", row["id"])
    coop.act(centre, "consent", "grant", "--dataset", dataset, "--purpose", "care", "--until",
             int(time.time() * 1000) + 86400000, *budget)


PYTHON = "/usr/bin/python3"
CALLS_HOME = "import socket; socket.create_connection(('192.0.2.1', 80))"


def own_trainers(coop, folder):
    """Two centres train with programs of their own, one of which calls home. Gives back their
    options; none where this machine confines nobody, which the node then says."""
    os.chmod(folder, 0o755)  # a sandbox has a user of its own
    trainer = os.path.join(folder, "logistic.py")
    shutil.copy(os.path.join(os.environ["SOURCE"], "docs", "trainers", "logistic.py"), trainer)
    os.chmod(trainer, 0o644)
    done = sheaf("trainer", "check", "--home", coop.home("va"), "--json", "--", PYTHON, trainer)
    if done.returncode == 0:
        said = json.loads(done.stdout)
        check("a trainer of a member's own is confined, and its update can be used",
              said["used"] and said["progress"] == said["lines"] == 100
              and said["metrics"].startswith("loss=0."), done.stdout)
        return {"va": ("--trainer", PYTHON, "--", trainer),
                "hungarian": ("--trainer", PYTHON, "--", "-c", CALLS_HOME)}
    check("a trainer that cannot be confined is not started",
          "no trainer is started" in done.stderr, done.stdout + done.stderr)
    if not done.stderr:
        return {}
    done = sheaf("node", "--home", coop.home("va"), "--hub", coop.hub.url, "--trainer", PYTHON,
                 "--", trainer)
    check("nor is a node that is to use it",
          done.returncode == 1 and "no trainer is started" in done.stderr, done.stderr)
    return {}


def own_trainers_told(coop):
    """What the two nodes have logged."""
    check("one trained with a program of its own", "trainer.done" in coop.words("va")
          and "loss=" in coop.words("va"), coop.words("va"))
    check("the other's tried to open the network, and counts as no change",
          "trainer.failed" in coop.words("hungarian")
          and "tried to open a network connection" in coop.words("hungarian"),
          coop.words("hungarian"))
    trained = [r["id"] for r in closed(coop, "train")]
    attested = [json.loads(coop.hub.get(f"/api/v1/log/entries?from={row['attested']}&count=1")[1])
                ["entries"][0]["entry"] for row in coop.rows("seat")
                if row["round"] in trained and row["attested"] is not None]
    declared = [entry["act"]["what"].get("trainer") for entry in attested]
    check("what a program was that has trained stands in its member's attestations alone",
          len(set(declared)) == 3 and None in declared
          and all(not name or name in coop.words("va") + coop.words("hungarian")
                  for name in declared), declared)
    shown = json.loads(sheaf("round", "show", trained[0], coop.hub.url, "--json").stdout)
    check("who has declared one is shown with the round",
          len(shown["own_trainers"]) >= 1
          and all(one["trainer"] in declared for one in shown["own_trainers"]),
          shown["own_trainers"])
    card = sheaf("model", "card", coop.rows("model")[0]["id"], coop.hub.url).stdout
    count = sum(1 for name in declared if name)
    check("and counted on the model's card",
          f"{count} of these declare a program of the member's own" in card, card)


def members(demo, scratch):
    """Unit member: local training of several steps, and the whole of it clipped; two of four
    members train with programs of their own."""
    with Coop(demo, scratch, "members", TRAINER_MS) as coop, Folder() as folder:
        coop.mandate(4, privacy_terms("member", 5, 4, 4), batch=16, local_steps=20)
        trainers = own_trainers(coop, folder)
        for centre in CENTRES:
            coop.start_node(centre, None, *trainers.get(centre, ()))
        check("budgets for records refuse a mandate for members",
              not until(coop.rounds, 5), told(coop))
        for centre in CENTRES:
            consent(coop, centre)
        check("with consents that allow it, it trains and is evaluated", until(
            lambda: [e for e in coop.rows("evaluation") if e["round"] >= coop.mandated], 90),
            told(coop))
        check("in three rounds of training and one of evaluation",
              len(closed(coop, "train")) == 3 and len(closed(coop, "evaluate")) == 1,
              told(coop))
        if trainers:
            own_trainers_told(coop)
    coop.sound("and everything is sound")


def budgets(demo, scratch):
    """The demonstration has spent epsilon 5 and the members allow 7 in all: a mandate that may
    spend 9 by itself stops before."""
    with Coop(demo, scratch, "budgets") as coop:
        terms = privacy_terms("record", 1.8, 7, 486)
        budget = {name: terms[name] for name in ("delta_trillionths", "epsilon_millionths",
                                                 "limit", "unit")}
        coop.mandate(8, privacy_terms("record", 1.8, 9, 486), local_steps=1)
        for centre in CENTRES:
            consent(coop, centre, "--budget", json.dumps(budget))
        for centre in CENTRES:
            coop.start_node(centre)
        check("some rounds are within the budgets", until(lambda: coop.rounds("closed"), 60),
              told(coop))

        def over():
            count = len(coop.rounds())
            time.sleep(3)
            return count == len(coop.rounds()) and not coop.rounds("open")

        check("no more once they would be exceeded",
              until(over, 60) and len(coop.rounds()) < 7, told(coop))
    coop.sound("and everything is sound")


def alone(demo, scratch):
    """Local noise: five steps of half the records at home, then one sum. It costs five times
    what a step does, and the commands fill that in."""
    with Coop(demo, scratch, "alone", PATIENT_MS) as coop:
        terms = {"clip_millionths": 1000000, "colluders": 1, "delta_trillionths": 1000000000,
                 "divisor": 4, "epsilon_millionths": 2000000,
                 "evaluation_noise_millionths": 5000000,
                 "local": {"clip_millionths": 8000000, "divisor": 61},
                 "noise_millionths": 6000000, "sampling_millionths": 500000, "unit": "record"}
        one = privacy_terms("record", 6, 2, 4, sampling=0.5)["cost"]
        try:
            coop.mandate(4, {**terms, "cost": one}, local_steps=5, rate_millionths=2000000)
            said = "adopted"
        except RuntimeError as error:
            said = str(error)
        check("the cost of one step is not that of a round of five",
              "adopted" not in said and "claim" in said, said)
        coop.mandate(4, terms, local_steps=5, rate_millionths=2000000)
        done = sheaf("node", "--dry-run", "--home", coop.home("va"), "--hub", coop.hub.url)
        check("a dry run says that noise is the node's own", "5 steps; this node's own noise hides"
              in done.stdout, done.stdout + done.stderr)
        for centre in CENTRES:
            coop.start_node(centre)
        check("three rounds of training and an evaluation", until(
            lambda: [e for e in coop.rows("evaluation") if e["round"] >= coop.mandated], 90)
            and len(closed(coop, "train")) == 3, told(coop))
        shown = sheaf("round", "show", closed(coop, "train")[0]["id"], coop.hub.url).stdout
        check("what a round gave away is told",
              "in 5 steps of multiplier 6" in shown and "all other members together" in shown,
              shown)
        model = max(closed(coop, "train"), key=lambda r: r["id"])["result"]
        predicted(coop, model)
    coop.sound("and everything is sound")


def untrue(demo, scratch):
    """Terms that say less than a round costs never become a motion, nor do budgets that say
    they hold more than epsilon allows."""
    with Coop(demo, scratch, "untrue") as coop:
        size = coop.hub.size()
        for name, spoil in (("cost", lambda n: n * 9 // 10), ("evaluation_cost", lambda n: n - 1),
                            ("limit", lambda n: n + 1)):
            terms = privacy_terms("record", 4, 3, 486)
            terms[name] = [{"cost": max(0, spoil(each["cost"]))} for each in terms[name]]
            try:
                coop.mandate(3, terms, local_steps=1)
                said = "adopted"
            except RuntimeError as error:
                said = str(error)
            check(f"an untrue {name} is refused", "adopted" not in said and
                  "claim of the act does not hold: " in said, said)
        check("and leaves no entry", coop.hub.size() == size)


def main():
    with Folder() as scratch:
        demo = demonstrated(scratch, "--seed", 7)
        for story in (samples, members, budgets, alone, untrue):
            began = time.monotonic()
            story(demo, scratch)
            print(f"# {story.__name__}: {time.monotonic() - began:.1f} s")
    finish()


main()
