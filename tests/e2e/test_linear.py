"""Linear regression in a co-op: four hospitals learn a number from one exact sum of products, and
whoever has all their files finds the same weights by other means; then under noise."""
import csv
import json
import os
import struct

from coop import CENTRES, Coop, founded, privacy_terms, ranged, told
from kit import Folder, check, finish, refused, sheaf, until

INPUTS, LABEL, LAMBDA = ("age", "exang", "oldpeak", "sex"), "thalach", 0.001


def features(with_ranges):
    return json.dumps([ranged(name) if with_ranges else {"column": name} for name in INPUTS])


def registered(coop, with_ranges):
    label = ["--label-low-millionths", 60000000, "--label-high-millionths", 200000000]
    return coop.act("cleveland", "model", "register", "--title", "Pulse", "--kind", "linear",
                    "--linear.lambda-millionths", round(LAMBDA * 1e6), "--label", LABEL,
                    "--schema", "uci-heart", "--target", "number", "--features", "-",
                    *(label if with_ranges else []), stdin=features(with_ranges))


def pooled(coop, part):
    rows = []
    for centre in CENTRES:
        with open(os.path.join(coop.home(centre), "heart.csv"), encoding="utf-8") as file:
            rows += [[float(row[name]) for name in (*INPUTS, LABEL)]
                     for row in csv.DictReader(file) if row["set"] == part]
    return rows


def solved(rows):
    """Weights of standardised columns, by elimination."""
    n, d = len(rows), len(INPUTS)
    columns = list(zip(*rows))
    mean = [sum(c) / n for c in columns]
    scale = [(sum((x - m) ** 2 for x in c) / (n - 1)) ** 0.5 for c, m in zip(columns, mean)]
    z = [[(x - m) / s for x, m, s in zip(row, mean, scale)] for row in rows]
    a = [[sum(r[i] * r[j] for r in z) / n + (LAMBDA if i == j else 0) for j in range(d)]
         + [sum(r[i] * r[d] for r in z) / n] for i in range(d)]
    for i in range(d):
        a[i] = [x / a[i][i] for x in a[i]]
        for k in range(d):
            if k != i:
                a[k] = [x - a[k][i] * y for x, y in zip(a[k], a[i])]
    return [row[d] for row in a], mean, scale


def tensors(path):
    with open(path, "rb") as file:
        raw = file.read()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    found = {"format": header.pop("__metadata__")["format"]}
    for name, tensor in header.items():
        at, end = tensor["data_offsets"]
        found[name] = struct.unpack(f"<{(end - at) // 8}d", raw[8 + length + at:8 + length + end])
    return found


def evaluated(coop):
    return [e for e in coop.rows("evaluation") if e["round"] >= coop.mandated]


def model_file(coop):
    made = max((r for r in coop.rounds("closed") if r["task"] == "train"), key=lambda r: r["id"])
    return os.path.join(coop.folder, "blobs", made["result"][:2], made["result"][2:])


def exact(coop):
    coop.mandate(9, audit={"model": registered(coop, False)})
    for centre in CENTRES:
        coop.start_node(centre)
    check("a number is learned", until(lambda: evaluated(coop), 90), told(coop))
    check("from one sum of statistics and one of products, and no round follows",
          [r["task"] for r in coop.rounds()] == ["statistics", "train", "evaluate"]
          and not until(lambda: len(coop.rounds()) > 3, 3), told(coop))
    weights, mean, scale = solved(pooled(coop, "train"))
    made = tensors(model_file(coop))
    check("the weights are those of everybody's records together",
          made["format"] == "sheaf-linear/1"
          and all(abs(a - b) < 1e-4 for a, b in zip(made["weight"], weights))
          and abs(made["label.mean"][0] - mean[-1]) < 1e-4, (made, weights))
    held = pooled(coop, "test")
    errors = [row[-1] - mean[-1] - scale[-1] * sum(
        w * (x - m) / s for w, x, m, s in zip(weights, row, mean, scale)) for row in held]
    found = evaluated(coop)[-1]
    check("and its errors on held-out records, beside those of the mean, too",
          found["records"] == len(held) and not found["has_accuracy"]
          and abs(found["mae_millionths"] / 1e6 - sum(map(abs, errors)) / len(held)) < 1e-2
          and abs(found["rmse_millionths"] / 1e6
                  - (sum(e * e for e in errors) / len(held)) ** 0.5) < 1e-2
          and found["rmse_millionths"] < found["baseline_rmse_millionths"], found)
    said = sheaf("predict", model_file(coop), os.path.join(coop.home("va"), "heart.csv"))
    lines = said.stdout.splitlines()
    check("predictions are numbers", said.returncode == 0 and lines[0] == "line,value"
          and len(lines) > 100 and 60 < float(lines[1].split(",")[1]) < 220, said.stderr)


def noised(coop):
    coop.mandate(6, privacy_terms("record", 4, 3, 486), local_steps=1, rate_millionths=2000000,
                 audit={"model": registered(coop, True)})
    check("under noise it learns by gradients", until(lambda: evaluated(coop), 90), told(coop))
    found = evaluated(coop)[-1]
    check("and is evaluated by its errors alone",
          found["has_errors"] and not found["has_baseline"] and not found["has_accuracy"]
          and 0 < found["rmse_millionths"] <= 140000000, found)


def main():
    with Folder() as scratch:
        demo = founded(scratch)
        with Coop(demo, scratch, "linear", stage_ms=20000) as coop:
            refused("a class is nothing for a linear regression", 4, "must say so in target",
                    "model", "register", "--title", "Pulse", "--kind", "linear",
                    "--linear.lambda-millionths", 1, "--label", LABEL, "--schema", "uci-heart",
                    "--features", features(False), "--home", coop.home("va"), "--hub",
                    coop.hub.url)
            exact(coop)
            noised(coop)
        coop.sound("and everything is sound")
    finish()


main()
