"""Forecasters in a co-op: four members learn from one exact sum of 354,000 words, and whoever has
all their files computes the same weights, bit for bit, by other means; then under noise."""
import json
import math
import os
import random
import struct
import time
from datetime import datetime, timedelta

from coop import CENTRES, Coop, amounts, founded
from kit import Folder, check, finish, refused, sheaf, until

BACK, AHEAD, DAY, STEPS, LAMBDA = 336, 720, 24, 3000, 1000000
BEGIN = datetime(2024, 1, 1, 5)


def series(path, number):
    """Hours of one member: a daily wave over a wandering level, with hours left out and one
    without a value. What is written is what both sides read."""
    dice = random.Random(number)
    level, values = 2.0 + number, []
    with open(path, "w", encoding="utf-8") as file:
        file.write("hour,kwh\n")
        for i in range(STEPS):
            level += dice.gauss(0, 0.003)
            value = round(level + math.sin(i * math.pi / 12) + dice.gauss(0, 0.2), 3)
            if i in (40 + number, 2990 - number):
                value = None
            if i != 50:
                file.write(f"{(BEGIN + timedelta(hours=i)).isoformat(' ')},"
                           f"{'' if value is None else value}\n")
            values.append(None if i == 50 else value)
    return values


class Forecasts(Coop):
    """The members with series in the place of their patients."""

    def register(self):
        self.values, self.files, self.datasets = {}, {}, {}
        for number, centre in enumerate(CENTRES):
            path = os.path.join(self.home(centre), "hours.csv")
            self.values[centre], self.files[centre] = series(path, number), path
            says = json.loads(sheaf("data", "commit", path, "--home", self.home(centre),
                                    "--json").stdout)
            dataset = self.act(centre, "dataset", "register", "--title", "Hours", "--records",
                               says["records"], "--schema", "hours", "--licence", "CC0-1.0",
                               "--subjects", "customers", "--commitment", says["commitment"])
            self.act(centre, "consent", "grant", "--dataset", dataset, "--purpose", "care",
                     "--until", int(time.time() * 1000) + 86400000)
            with open(os.path.join(self.home(centre), "home.json"), encoding="utf-8") as file:
                self.datasets[json.load(file)["member"]] = dataset

    def model(self, back, ahead, every):
        return self.act(
            "cleveland", "model", "register", "--title", "Tomorrow", "--kind", "forecaster",
            "--target", "number", "--schema", "hours", "--features", "-",
            "--forecaster.every", every, "--forecaster.horizon", ahead,
            "--forecaster.lambda-millionths", LAMBDA, "--forecaster.look-back", back,
            "--forecaster.season", DAY, "--forecaster.step-s", 3600, "--forecaster.time", "hour",
            stdin='[{"column":"kwh"}]')

    def learn(self, model, rounds, privacy=None):
        what = {"attest_min": 2, "cohort_min": 4, "duration_s": 86400,
                "datasets": [{"dataset": n} for n in sorted(self.datasets.values())],
                "learning": {"batch": 0, "local_steps": 20, "rate_millionths": 100000, "seed": 1},
                "model": model, "purpose": "care", "rounds_max": rounds,
                "release": "noised" if privacy else "exact_sum"}
        if privacy:
            what["privacy"] = privacy
        before = len(self.rows("mandate"))
        self.decide("Forecasts", {"kind": "mandate.grant", "what": what},
                    lambda: len(self.rows("mandate")) > before)
        self.mandated = self.rows("mandate")[-1]["id"]

    def evaluated(self):
        return [e for e in self.rows("evaluation") if e["round"] >= self.mandated]

    def blob(self, name):
        with open(os.path.join(self.folder, "blobs", name[:2], name[2:]), "rb") as file:
            return file.read()


# ---- the same model by other means: of the pooled series, in Python ----

def scaled(values):
    """Units of 2^-18 of the training part's deviation."""
    part = [v for v in values[:len(values) - len(values) // 4] if v is not None]
    total = 0.0
    for v in part:
        total += v
    mean, squares = total / len(part), 0.0
    for v in part:
        squares += (v - mean) * (v - mean)
    scale = math.sqrt(squares / len(part))
    return [None if v is None else math.floor((v - mean) / scale * 2**18 + 0.5) for v in values]


def gram(columns, members):
    """X'X, the first columns of X'Y, and how many windows there are."""
    places = BACK + columns
    at = list(range(BACK)) + list(range(BACK, places))
    c, windows = [[0] * places for _ in range(BACK)], 0
    for values in members:
        z = scaled(values)
        end = len(z) - len(z) // 4
        starts = [s for s in range(end - BACK - AHEAD + 1)
                  if all(v is not None for v in z[s:s + BACK + AHEAD])]
        assert starts == list(range(starts[0], starts[-1] + 1))
        windows += len(starts)
        for b in range(places):
            c[0][b] += sum(z[s] * z[s + at[b]] for s in starts)
        first, last = starts[0], starts[-1]
        for a in range(1, BACK):
            for b in range(a, places):
                c[a][b] += z[last + a] * z[last + b] - z[first + a - 1] * z[first + b - 1]
    for a in range(1, BACK):
        for b in range(a, places):
            c[a][b] += c[a - 1][b - 1]
    own = BACK - 1
    return ([[c[i][j] - c[i][own] - (c[j][own] if j < BACK else c[own][j]) + c[own][own]
              for j in range(places)] if i < BACK else None for i in range(BACK)], windows)


def weights(columns, members):
    """(X'X + lambda n) W = X'Y by the factorisation that learn/forecast_solve.c describes."""
    m, windows = gram(columns, members)
    penalty = math.ldexp(float(windows) * LAMBDA / 1000000, 36)
    rows = []
    for i in range(BACK):
        row = [float(v) for v in m[i][i:]]
        row[0] += penalty
        for k in range(i):
            other = rows[k][i - k:]
            factor = other[0]
            row = [a - factor * b for a, b in zip(row, other)]
        root = math.sqrt(row[0])
        rows.append([v / root for v in row])
    out = [None] * BACK
    for i in reversed(range(BACK)):
        row = rows[i][BACK - i:]
        for k in range(i + 1, BACK):
            factor = rows[i][k - i]
            row = [a - factor * b for a, b in zip(row, out[k])]
        out[i] = [v / rows[i][0] for v in row]
    return [[math.floor(math.ldexp(v, 24) + 0.5) for v in row] for row in out]


def tensor(model):
    """The weights of a model file, row by row, in units of 2^-24."""
    size, = struct.unpack_from("<Q", model)
    header = json.loads(model[8:8 + size])
    assert header["weight"]["shape"] == [BACK, AHEAD] and header["weight"]["dtype"] == "F64"
    numbers = struct.unpack_from(f"<{BACK * AHEAD}d", model, 8 + size)
    return [[v * 2**24 for v in numbers[i * AHEAD:(i + 1) * AHEAD]] for i in range(BACK)]


# ---- stories ----

def exact(coop):
    model = coop.model(BACK, AHEAD, 1)
    coop.learn(model, 2)
    for centre in CENTRES:
        coop.start_node(centre, coop.files[centre])
    told = "".join(coop.words(c) for c in CENTRES)
    check("one round trains and one evaluates", until(coop.evaluated, 60)
          and [r["task"] for r in coop.rounds("closed")] == ["train", "evaluate"],
          json.dumps(coop.rounds()) + told)
    train = coop.rounds("closed")[0]
    check("the sum had a word for every product", train["words"]
          == BACK * (BACK + 1) // 2 + BACK * AHEAD + 1 and train["survivors"] == 4, train)
    found = coop.evaluated()[-1]
    check("the errors stand beside those of the last day", found["has_errors"]
          and 0 < found["mae_millionths"] < found["baseline_mae_millionths"], found)
    card = sheaf("model", "card", model, coop.hub.url).stdout
    check("its card counts forecasts and tells of no steps that nobody took",
          "held-out forecasts of single steps of the members" in card
          and "local step" not in card, card)
    got = [row[:2] for row in tensor(coop.blob(train["result"]))]
    check("the weights are those of the pooled series, bit for bit",
          got == weights(2, [coop.values[c] for c in CENTRES]), str(got[-2:]))
    done = sheaf("round", "verify", train["id"], coop.folder)
    check("the round can be added up again", done.returncode == 0, done.stdout + done.stderr)
    predicted(coop, train["result"])
    for centre in CENTRES:
        coop.kill(centre)


def predicted(coop, result):
    model = os.path.join(coop.folder, "blobs", result[:2], result[2:])
    done = sheaf("predict", model, coop.files["va"])
    lines = done.stdout.splitlines()
    first = (BEGIN + timedelta(hours=STEPS)).isoformat(" ")
    check("a gap in the last hours leaves a series out", done.returncode == 0
          and lines == ["series,time,value"] and "1 series" in done.stderr, done.stderr)
    whole = os.path.join(coop.folder, "whole.csv")
    with open(coop.files["va"], encoding="utf-8") as file:
        head, *rows = file.read().splitlines()
    with open(whole, "w", encoding="utf-8") as file:
        file.write("\n".join([head] + [r if r[-1] != "," else r + "3" for r in rows]) + "\n")
    done = sheaf("predict", model, whole)
    lines = done.stdout.splitlines()
    check("without it, it says the next 720 hours", len(lines) == 1 + AHEAD
          and lines[1].startswith(f"kwh,{first},"), done.stdout[:200] + done.stderr)
    wrong = os.path.join(coop.folder, "wrong.csv")
    with open(wrong, "w", encoding="utf-8") as file:
        file.write("hour,kwh\n2024-01-01,1\n2024-01-02,2\n")
    refused("days are no hours", 1, "a value every 86400 seconds", "predict", model, wrong)


def noised(coop):
    """Unit member, a seasonal map of two weights."""
    def cost(multiplier, words):
        done = sheaf("privacy", "cost", "--mechanism", "discrete-gaussian", "--noise-multiplier",
                     multiplier, "--sampling", 1, "--dimension", words, "--epsilon", 8,
                     "--delta", "0.001", "--json")
        return json.loads(done.stdout)
    training, evaluation = cost(3, 2), cost(3, 3)
    terms = {"clip_millionths": 100000, "colluders": 1, "cost": amounts(training["cost"]),
             "delta_trillionths": 1000000000, "divisor": 4, "epsilon_millionths": 8000000,
             "evaluation_cost": amounts(evaluation["cost"]),
             "evaluation_noise_millionths": 3000000, "limit": amounts(training["limit"]),
             "noise_millionths": 3000000, "sampling_millionths": 1000000, "unit": "member"}
    model = coop.model(48, 24, 0)
    coop.learn(model, 3, terms)
    for centre in CENTRES:
        coop.start_node(centre, coop.files[centre])
    told = "".join(coop.words(c) for c in CENTRES)
    check("under noise two rounds train and one evaluates", until(coop.evaluated, 60)
          and [r["task"] for r in coop.rounds("closed")] == ["train", "train", "evaluate"],
          json.dumps(coop.rounds()) + told)
    found = coop.evaluated()[-1]
    check("and its errors are told without those of a baseline", found["has_errors"]
          and not found["has_baseline"] and found["mae_millionths"] <= 2000000, found)
    card = sheaf("model", "card", model, coop.hub.url).stdout
    shown = sheaf("round", "show", coop.rounds("closed")[-1]["id"], coop.hub.url).stdout
    check("card and round say of whom and in which unit",
          "each member counts once, by its mean error in standard deviations" in card.lower()
          and "in deviations of each series; a mean above 2 counts as 2" in shown
          and "local step" in card, card + shown)


def main():
    with Folder() as scratch:
        demo = founded(scratch)
        with Forecasts(demo, scratch, "forecasts", stage_ms=20000) as coop:
            coop.register()
            for story in (exact, noised):
                began = time.monotonic()
                story(coop)
                print(f"# {story.__name__}: {time.monotonic() - began:.1f} s")
        coop.sound("and everything is sound")
    finish()


main()
