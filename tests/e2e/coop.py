"""A co-op of four hospitals to go on with: its hub, its nodes, its mandates. founded() makes the
least that a mandate needs, demonstrated() takes what a demonstration leaves."""
import concurrent.futures
import csv
import json
import os
import shutil
import subprocess
import time

from kit import SHEAF, Hub, check, finish, free_port, run, sheaf, until

CENTRES = ("cleveland", "hungarian", "switzerland", "va")
SOURCE = os.path.join(os.environ["SOURCE"], "data", "heart-disease")
COLUMNS = "age sex cp trestbps chol fbs restecg thalach exang oldpeak".split()
RANGES = {"age": (20, 90), "sex": (0, 1), "trestbps": (90, 200), "chol": (100, 400), "fbs": (0, 1),
          "thalach": (60, 200), "exang": (0, 1), "oldpeak": (0, 5)}
LEVELS = (("cp", 2), ("cp", 3), ("cp", 4), ("restecg", 1), ("restecg", 2))
STAGE_MS = 1500


class Coop:
    """A copy of the folder of a co-op, with its own mandate to train."""

    def __init__(self, coop, scratch, name, stage_ms=STAGE_MS):
        folder = os.path.join(scratch, name, "coop")
        shutil.copytree(coop, folder)
        self.open(folder, stage_ms)

    @classmethod
    def at(cls, folder):
        """The co-op in that very folder."""
        coop = cls.__new__(cls)
        coop.open(folder, STAGE_MS)
        return coop

    def open(self, folder, stage_ms):
        self.folder = folder
        self.port = free_port()
        self.nodes = {}
        self.stage_ms = stage_ms
        self.start_hub()

    def start_hub(self):
        self.hub = Hub(self.folder, self.port, "--stage-ms", self.stage_ms)

    def home(self, centre):
        return os.path.join(self.folder, "members", centre)

    def words(self, centre):
        path = os.path.join(self.home(centre), "faults.txt")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def act(self, centre, *flags, stdin=None):
        """Enters an act; the index of its entry."""
        done = sheaf(*flags, "--home", self.home(centre), "--hub", self.hub.url, "--json",
                     stdin=stdin)
        if done.returncode != 0:
            raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]

    def rows(self, table):
        status, body = self.hub.get(f"/api/v1/state/{table}")
        if status != 200:
            raise RuntimeError(body)
        return json.loads(body)["rows"]

    def mandate(self, rounds, privacy=None, audit=None, model=None, **learning):
        """The members vote a mandate over all four data sets; its entry."""
        self.datasets = {row["member"]: row["id"] for row in self.rows("dataset")}
        what = {
            "attest_min": 2, "cohort_min": 3, "duration_s": 86400,
            "datasets": [{"dataset": n} for n in sorted(self.datasets.values())],
            "learning": {"batch": 0, "local_steps": 5, "rate_millionths": 100000, "seed": 1,
                         **learning},
            "model": model or self.rows("model")[0]["id"], "purpose": "care",
            "release": "noised" if privacy else "exact_sum", "rounds_max": rounds}
        what.update(audit or {})
        if privacy:
            what["privacy"] = privacy
        effect = {"kind": "mandate.grant", "what": what}
        before = len(self.rows("mandate"))
        self.decide("Once more", effect, lambda: len(self.rows("mandate")) > before)
        self.mandated = self.rows("mandate")[-1]["id"]

    def decide(self, title, effect, done):
        """The members vote for the effect, until it has come about. All at once, and once more
        if need be: a motion is open for two seconds, which may be short on a busy machine."""
        for _ in range(3):
            motion = self.act("cleveland", "motion", "open", "--title", title, "--effect", "-",
                              stdin=json.dumps(effect))
            with concurrent.futures.ThreadPoolExecutor() as pool:
                list(pool.map(lambda centre: sheaf(
                    "ballot", "cast", "--motion", motion, "--choice", "yes", "--home",
                    self.home(centre), "--hub", self.hub.url), CENTRES))
            if until(done, 10):
                return
        raise RuntimeError(f"{title}: was not adopted")

    def rounds(self, state=None):
        return [row for row in self.rows("round") if row["mandate"] == self.mandated
                and (state is None or row["state"] == state)]

    def start_node(self, centre, data=None, *more, environment=None):
        home = self.home(centre)
        with open(os.path.join(home, "home.json"), encoding="utf-8") as file:
            dataset = self.datasets[json.load(file)["member"]]
        with open(os.path.join(home, "faults.txt"), "w", encoding="utf-8") as log:
            self.nodes[centre] = subprocess.Popen(
                [SHEAF, "node", "--hub", self.hub.url, "--home", home, "--data",
                 f"{dataset}={data or os.path.join(home, 'heart.csv')}", *more],
                stdout=log, stderr=log, env={**os.environ, **(environment or {})})

    def kill(self, centre):
        self.nodes[centre].kill()
        self.nodes.pop(centre).wait()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for node in self.nodes.values():
            node.terminate()
        for node in self.nodes.values():
            try:
                node.wait(20)
            except subprocess.TimeoutExpired:
                node.kill()
                node.wait()
        self.hub.__exit__()

    def sound(self, name):
        done = sheaf("verify", self.folder, "--json")
        check(name, done.returncode == 0, done.stdout + done.stderr)


# ---- where a co-op comes from ----

def ranged(column):
    low, high = RANGES[column]
    return {"column": column, "high_millionths": high * 1000000, "low_millionths": low * 1000000}


def table(centre, path):
    """The centre's patients, as the demonstration has them."""
    with open(os.path.join(SOURCE, "flamby-split.csv"), encoding="utf-8") as file:
        split = {int(row[1]): row[2] for row in csv.reader(file) if row[0] == centre}
    with open(os.path.join(SOURCE, f"processed.{centre}.data"), encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file]
    with open(path, "w", encoding="utf-8") as out:
        print(*COLUMNS, "num", "set", sep=",", file=out)
        for number, part in split.items():
            print(*rows[number][:10], rows[number][13], part, sep=",", file=out)


def registered(coop, centre):
    """A member's data set, with a consent that has no budget."""
    path = os.path.join(coop.home(centre), "heart.csv")
    table(centre, path)
    says = json.loads(sheaf("data", "commit", path, "--home", coop.home(centre), "--json").stdout)
    dataset = coop.act(centre, "dataset", "register", "--title", "Hearts", "--records",
                       says["records"], "--schema", "uci-heart", "--licence", "CC-BY-4.0",
                       "--subjects", "patients", "--groups", "sex=0,sex=1", "--commitment",
                       says["commitment"])
    coop.act(centre, "consent", "grant", "--dataset", dataset, "--purpose", "care", "--until",
             int(time.time() * 1000) + 86400000)


def founded(scratch):
    """The folder of a co-op of four members with their data sets, consents and a model of
    fourteen parameters; or the end of the test."""
    folder, first = os.path.join(scratch, "founded"), CENTRES[0]
    homes = {centre: os.path.join(folder, "members", centre) for centre in CENTRES}
    run("a co-op is founded", "found", folder, "--name", "Hospitals", "--purpose", "to be tried",
        "--member", first, "--demonstration", "--home", homes[first], "--json")
    with Coop.at(folder) as coop:
        for i, centre in enumerate(CENTRES[1:]):
            said = run(f"{centre} applies", "join", coop.hub.url, "--member", centre, "--home",
                       homes[centre], "--json")
            for other in CENTRES[:min(i + 1, 2)]:
                coop.act(other, "member", "admit", "--member", said.get("index"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda centre: registered(coop, centre), CENTRES))
        features = [ranged(c) for c in RANGES] + [{"column": c, "level": n} for c, n in LEVELS]
        coop.act(first, "model", "register", "--title", "Hearts", "--kind", "logistic", "--label",
                 "num", "--schema", "uci-heart", "--features", json.dumps(features))
    return folder


def demonstrated(scratch, *options):
    """The folder that a demonstration leaves, or the end of the test."""
    demo = os.path.join(scratch, "demo")
    done = sheaf("demo", demo, "--no-serve", *options, timeout=300)
    if not check("the demonstration leaves a co-op", done.returncode == 0, done.stderr):
        finish()
    return demo


def told(coop):
    return json.dumps(coop.rounds()) + "".join(coop.words(c) for c in CENTRES)


def amounts(numbers):
    return [{"cost": max(0, n)} for n in numbers]


def privacy_terms(unit, noise, epsilon, divisor, sampling=1, parameters=14):
    """Terms of a mandate over the demonstration's model, which has 14 parameters, or another: an
    evaluation with half the noise, delta 0.001."""
    def cost(multiplier, rate, words):
        done = sheaf("privacy", "cost", "--mechanism", "discrete-gaussian", "--noise-multiplier",
                     multiplier, "--sampling", rate, "--dimension", words, "--epsilon", epsilon,
                     "--delta", "0.001", "--json")
        return json.loads(done.stdout)
    training, evaluation = cost(noise, sampling, parameters), cost(noise / 2, 1, 4)
    return {"clip_millionths": 1000000, "colluders": 1, "cost": amounts(training["cost"]),
            "delta_trillionths": 1000000000, "divisor": divisor,
            "epsilon_millionths": round(epsilon * 1e6),
            "evaluation_cost": amounts(evaluation["cost"]),
            "evaluation_noise_millionths": round(noise / 2 * 1e6),
            "limit": amounts(training["limit"]), "noise_millionths": round(noise * 1e6),
            "sampling_millionths": round(sampling * 1e6), "unit": unit}
