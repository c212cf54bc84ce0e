"""A perceptron with a real hub and nodes: registered, trained, evaluated, verified, predicting;
then trained under noise."""
import json
import os

from coop import CENTRES, Coop, founded, privacy_terms, ranged, told
from kit import Folder, check, finish, sheaf, until, without_openblas

FEATURES = [ranged(c) for c in ("age", "sex", "trestbps", "chol", "thalach", "oldpeak")]


def perceptron(demo, scratch):
    """Registered, trained in two rounds, evaluated, verified; and its file predicts."""
    with Coop(demo, scratch, "perceptron", stage_ms=20000) as coop:
        model = coop.act(
            "cleveland", "model", "register", "--kind", "mlp", "--label", "num", "--title",
            "A perceptron", "--schema", "uci-heart", "--mlp.activation", "tanh", "--mlp.hidden",
            json.dumps([{"units": 8}]), "--features", json.dumps(FEATURES))
        coop.mandate(4, model=model, local_steps=60, rate_millionths=100000)
        poor = without_openblas(scratch)
        for centre in CENTRES:
            own = ("--products", "portable") if centre == "hungarian" else ()
            coop.start_node(centre, None, *own,
                            environment=poor if own or centre == "va" else None)
        done = lambda: [r for r in coop.rounds("closed") if r["task"] == "evaluate"]
        check("four nodes train a perceptron and evaluate it", until(done, 60), told(coop))
        trained = [r for r in coop.rounds("closed") if r["task"] == "train"]
        found = until(lambda: coop.rows("evaluation"), 20)
        check("it predicts most hearts right", len(trained) == 2 and len(found) == 1
              and found[0]["accuracy_millionths"] > 650000, json.dumps(found))
        by_sex = coop.rows("evaluation_group")
        check("of either sex, too, who together are all",
              [(g["column"], g["level"]) for g in by_sex] == [("sex", 0), ("sex", 1)]
              and min(g["records"] for g in by_sex) >= 5
              and sum(g["records"] for g in by_sex) == found[0]["records"], json.dumps(by_sex))
        result = trained[-1]["result"]
        said = sheaf("predict", os.path.join(coop.folder, "blobs", result[:2], result[2:]),
                     os.path.join(coop.home("va"), "heart.csv"))
        check("its file predicts", said.returncode == 0
              and len(said.stdout.splitlines()) == 131, said.stdout[:300] + said.stderr)
        words = {centre: coop.words(centre).count("apt install libopenblas0")
                 for centre in CENTRES}
        check("a node without OpenBLAS says so once, if it was to use it", words == {
            centre: int(centre == "va") for centre in CENTRES}, told(coop))
        compare = ("model", "compare", model, coop.folder, "--data",
                   os.path.join(coop.home("va"), "heart.csv"), "--json")
        rich, lacking = sheaf(*compare), sheaf(*compare, environment=poor)
        check("comparing says it too, and compares", rich.returncode == lacking.returncode == 0
              and not rich.stderr and lacking.stderr.count("apt install libopenblas0") == 1
              and json.loads(lacking.stdout), rich.stderr + lacking.stderr + lacking.stdout)
        patient(coop, model)
        noised(coop, model)
        coop.sound("and everything about it verifies")


def patient(coop, model):
    """Training that overfits ends long before its rounds do, with the best of its models."""
    coop.mandate(40, model=model, local_steps=200, batch=8, rate_millionths=300000, patience=2)
    evaluated = lambda: [r for r in coop.rounds("closed") if r["task"] == "evaluate"]
    check("training with patience ends early", until(evaluated, 90), told(coop))
    trained = [r for r in coop.rounds("closed") if r["task"] == "train"]
    measured = [r["validation_loss_millionths"] for r in trained[1:]]
    check("every model that training made was measured, on the same records",
          not trained[0]["validation_records"]
          and len({r["validation_records"] for r in trained[1:]}) == 1
          and trained[1]["validation_records"] > 50, json.dumps(trained))
    best = measured.index(min(measured))
    check("two models after the best one none of them was better",
          len(trained) == best + 4 and len(trained) < 39, json.dumps(measured))
    own = sheaf("model", "compare", model, coop.folder, "--data",
                os.path.join(coop.home("va"), "heart.csv"))
    check("one member alone trains as patiently", own.returncode == 0
          and "in at most 38 rounds" in own.stdout, own.stdout + own.stderr)
    shown = sheaf("round", "show", str(trained[1]["id"]), coop.folder)
    card = sheaf("model", "card", model, coop.folder)
    check("the round and the card tell how it came out",
          f"a loss of {measured[0] / 1e6:.6f} of the result of round {trained[0]['id']}"
          in shown.stdout and "so training has ended" in shown.stdout
          and f"{measured[best] / 1e6:.4f} (best)" in card.stdout,
          shown.stdout + shown.stderr + card.stdout + card.stderr)
    check("what is evaluated is the best", evaluated()[0]["base"] == trained[best]["result"]
          and coop.rows("mandate")[-1]["best_round"] == trained[best]["id"], told(coop))


def noised(coop, model):
    """The same model under noise, from the registered ranges: 65 parameters."""
    coop.mandate(2, privacy_terms("record", 4, 3, 486, parameters=65), model=model,
                 local_steps=1, rate_millionths=500000)
    done = lambda: [r for r in coop.rounds("closed") if r["task"] == "evaluate"]
    check("the same nodes train it under noise", until(done, 60), told(coop))
    trained = [r for r in coop.rounds("closed") if r["task"] == "train"]
    check("without statistics, its round as long as it has parameters",
          len(trained) == 1 and trained[0]["words"] == 65
          and not [r for r in coop.rounds() if r["task"] == "statistics"], told(coop))


def main():
    with Folder() as scratch:
        perceptron(founded(scratch), scratch)
    finish()


main()
