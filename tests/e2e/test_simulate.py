"""`sheaf simulate` as members use it before they vote: the table, the picture, the motion, and
what is refused. The data is the heart disease data that the demonstration uses."""
import csv
import json
import os
import random
import tempfile
import xml.etree.ElementTree as xml

from kit import check, finish, refused, sheaf, without_openblas

FOLDER = os.path.join(os.environ["SOURCE"], "data", "heart-disease")
KEPT = ("age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak")
USAGE = ("each --epsilon is at least", "not oracle")
QUICK = ("--label", "num", "--rounds", 3, "--steps", 10, "--features",
         "age,sex,cp=4,thalach,exang,oldpeak")


def table(path):
    """All four centres in one file."""
    split = {}
    with open(os.path.join(FOLDER, "flamby-split.csv")) as rows:
        for row in csv.reader(rows):
            split[row[0], row[1]] = row[2]
    with open(path, "w") as out:
        print(*KEPT, "num", "set", "site", sep=",", file=out)
        for site in ("cleveland", "hungarian", "switzerland", "va"):
            with open(os.path.join(FOLDER, f"processed.{site}.data")) as lines:
                for number, line in enumerate(lines):
                    values = line.strip().split(",")
                    if (site, str(number)) in split:
                        print(*values[:10], values[13], split[site, str(number)], site, sep=",",
                              file=out)


def told(name, *arguments):
    done = sheaf("simulate", *arguments, "--json")
    check(name, done.returncode == 0 and not done.stderr, done.stderr)
    return json.loads(done.stdout)


def without_times(answer):
    return [{k: v for k, v in row.items() if not k.endswith("cpu_us")} for row in answer["rows"]]


def rows_and_picture(heart, folder):
    svg = os.path.join(folder, "plot.svg")
    ask = ("--data", heart, "--members", 4, "--split", "by:site", "--epsilon", "1,20", *QUICK,
           "--seeds", 2, "--svg", svg, "--propose", "1")
    first = told("a simulation", *ask)
    names = [row["name"] for row in first["rows"]]
    check("its rows", names == ["more frequent", "each alone", "all data in one", "exact sum",
                                "epsilon 1", "epsilon 20"], names)
    simplest, *rows = first["rows"]
    check("each with figures", all(row["accuracy"]["mean_millionths"] > 600000
                                   and row["accuracy"]["half_millionths"] >= 0 for row in rows),
          first)
    with open(heart) as file:
        held = [int(row["num"]) > 0 for row in csv.DictReader(file) if row["set"] == "test"]
    check("beside saying of everybody what most have", "auc" not in simplest
          and simplest["accuracy"]["mean_millionths"] == sum(held) * 1000000 // len(held), simplest)
    noise = [row.get("noise_millionths", 0) for row in rows]
    check("more noise for a smaller epsilon", noise[3] > noise[4] > 0 == noise[0], noise)
    check("masks in each row with sums",
          [row["masked_members"] for row in rows] == [0, 0, 4, 4, 4], first)
    check("rounds and entries", rows[3]["rounds"] == 4
          and rows[3]["entries"] == 2 + 4 + 4 * (2 + 4) + 1, rows[3])
    mandate = rows[3]["motion"].replace("DATASETS", "").replace("MODEL", "0")
    what = json.loads(mandate)["what"]
    check("the motion has the row's noise",
          what["privacy"]["noise_millionths"] == noise[3]
          and what["privacy"]["epsilon_millionths"] == 1000000
          and what["rounds_max"] == 4, mandate)
    again = told("the same again", *ask)
    check("gives the same table", without_times(first) == without_times(again), again)
    texts = [t.text for t in xml.parse(svg).getroot().iter("{http://www.w3.org/2000/svg}text")]
    check("the picture names axes and lines",
          any("epsilon at delta 1e-05" in t for t in texts)
          and any(t.startswith("exact sum, ") for t in texts), texts)


def splits(heart):
    """Members who differ more learn less alone, and no less together without noise."""
    ask = ("--data", heart, "--members", 30, *QUICK, "--seeds", 1, "--epsilon", 50, "--unit",
           "member")
    for split in ("iid", "dirichlet:0.3"):
        answer = told(f"split {split}", *ask, "--split", split)
        check("its name", answer["split"] == split and answer["unit"] == "member", answer)
        check("its cohort", answer["cohort"] == 30 and answer["survivors_least"] == 27, answer)


def trees(heart):
    """Trees from exact sums are those of all data in one table; a mandate has a round a level."""
    answer = told("trees", "--data", heart, "--members", 4, "--split", "by:site", *QUICK,
                  "--model", "trees:3,2,16", "--epsilon", 50, "--seeds", 1)
    rows = {row["name"]: row for row in answer["rows"]}
    check("together as in one table", all(rows["exact sum"][name] == rows["all data in one"][name]
                                          for name in ("accuracy", "auc", "log_loss")), rows)
    check("in as many rounds as they need", rows["exact sum"]["rounds"] == 1 + 1 + 3 * 2 + 1
          and rows["epsilon 50"]["rounds"] == 3 + 1, rows)


def patience(heart):
    """Training ends early, trees where the pooled ones do, and the motion says so."""
    answer = told("trees with patience", "--data", heart, "--members", 4, "--split", "by:site",
                  *QUICK, "--model", "trees:60,3,16", "--patience", 2, "--epsilon", 50,
                  "--seeds", 1, "--propose", "exact")
    rows = {row["name"]: row for row in answer["rows"]}
    together, pooled = rows["exact sum"], rows["all data in one"]
    check("training ended early, the same as with all data in one",
          answer["patience"] == 2 and together["trained"] < 100
          and all(together[k] == pooled[k] for k in ("accuracy", "auc", "log_loss")),
          json.dumps(together))
    check("and is proposed so", '"patience":2,' in together["motion"], together["motion"])


def gaps(folder):
    """Gaps that count as average keep their records, and may have an input of their own."""
    path = os.path.join(folder, "gaps.csv")
    choose = random.Random(9)
    with open(path, "w") as out:
        print("a,b,y,none", file=out)
        for i in range(300):
            a, b = choose.uniform(-2, 2), choose.uniform(-2, 2)
            print(f"{a:.3f},{'' if i % 4 == 0 else f'{b:.3f}'},{int(a - b > 0)},", file=out)
    ask = ("--data", path, "--label", "y", "--members", 5, "--rounds", 3, "--seeds", 1,
           "--epsilon", 50)
    for model in ("logistic", "mlp:4", "trees:3,2,16"):
        more = told(f"gaps of {model}", *ask, "--model", model, "--features",
                    "a,b=mean,b=missing,none=mean")
        check("keep their records", more["records"] == 300
              and not any("failure" in row for row in more["rows"]), more)
    done = sheaf("simulate", *ask, "--features", "a,b=mean,b=missing,none=mean")
    check("and count as inputs", "logistic, 3 features (4 inputs)" in done.stdout, done.stdout)
    refused("a gap that nothing fills", 1, "b=missing goes with b=mean", "simulate", *ask,
            "--features", "a,b=missing")
    refused("a file that has gaps everywhere", 1, "has no", "simulate", *ask, "--features",
            "a,b=mean")


def number(folder):
    """A number: the closed form from one exact sum is that of all data in one table, too."""
    path = os.path.join(folder, "number.csv")
    choose = random.Random(5)
    with open(path, "w") as out:
        print("a,b,y", file=out)
        for _ in range(300):
            a, b = choose.uniform(-2, 2), choose.uniform(-2, 2)
            print(f"{a:.3f},{b:.3f},{30 + 5 * a - 3 * b + choose.gauss(0, 1):.3f}", file=out)
    answer = told("a number", "--data", path, "--label", "y", "--target", "number", "--members", 5,
                  "--split", "dirichlet:1", "--epsilon", 50, "--seeds", 1, "--ranges", "y=0:60")
    rows = {row["name"]: row for row in answer["rows"]}
    error = rows["exact sum"]["mae"]["mean_millionths"]
    check("together as in one table", error == rows["all data in one"]["mae"]["mean_millionths"]
          and 600000 < error < 1100000 and "accuracy" not in rows["exact sum"], rows)
    check("in one round of training", rows["exact sum"]["rounds"] == 3, rows)
    for name, arguments, code, sentence in (
        ("a kind that predicts none", ("--model", "logistic"), 2, "do not predict a number"),
        ("a target that is none", ("--target", "word"), 2, "--target is class or number"),
        ("an empty range of the label", ("--ranges", "y=3:3"), 1, "the range of y is empty"),
    ):
        target = () if "--target" in arguments else ("--target", "number")
        refused(name, code, sentence, "simulate", "--data", path, "--label", "y", "--members", 5,
                *target, *arguments)


def several(heart, folder):
    """Models beside each other: each as by itself, one curve and one line across for each."""
    svg = os.path.join(folder, "several.svg")
    ask = ("--data", heart, "--members", 4, "--split", "by:site", *QUICK, "--seeds", 1,
           "--epsilon", "2,20")
    both = told("two models", *ask, "--model", "logistic", "--model", "trees:2,2,8", "--svg", svg,
                "--propose", "exact")
    apart = [told(model, *ask, "--model", model) for model in ("logistic", "trees:2,2,8")]
    for row in both["rows"]:
        check("a motion for each exact sum", ("motion" in row) == (row["name"] == "exact sum"), row)
        row.pop("motion", None)
    check("each as by itself", without_times(both) == [row for one in apart
                                                       for row in without_times(one)], both)
    drawing = xml.parse(svg).getroot()
    names = "{http://www.w3.org/2000/svg}"
    texts = [t.text for t in drawing.iter(names + "text")]
    check("a curve for each", len(list(drawing.iter(names + "polyline"))) == 2
          and any(t.startswith("trees:2,2,8, ") for t in texts)
          and not any(t.startswith("each alone") for t in texts), texts)


def forecasters(folder):
    """Series are dealt out whole; the exact sum is the model of all of them in one place."""
    path = os.path.join(folder, "series.csv")
    choose = random.Random(3)
    with open(path, "w") as out:
        print("house,at,kwh", file=out)
        for house in range(6):
            for hour in range(480):
                print(f"h{house},2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00:00,"
                      f"{house + (hour % 24) / 12 + choose.uniform(0, 1):.3f}", file=out)
    ask = ("--data", path, "--members", 6, "--series", "house", "--seeds", 1, "--epsilon", 100,
           "--delta", "0.001", "--model", "forecaster:48,24")
    answer = told("a forecaster", *ask, "--split", "by:house")
    rows = {row["name"]: row for row in answer["rows"]}
    errors = {name: row["mae"]["mean_millionths"] for name, row in rows.items()}
    check("together as in one place", errors["exact sum"] == errors["all data in one"]
          < errors["each alone"] and errors["exact sum"] < errors["last season"], errors)
    check("in one round, members hidden whole", rows["exact sum"]["rounds"] == 2
          and answer["unit"] == "member" and rows["epsilon 100"]["masked_members"] == 6
          and errors["epsilon 100"] < errors["last season"], answer)
    check("what it learned from", answer["series"] == 6 and answer["step_s"] == 3600
          and answer["records"] == 6 * 480, answer)
    last = ask[:-2]
    for name, arguments, code, sentence in (
        ("records under noise", (*ask, "--unit", "record"), 2, "forecasters have the unit member"),
        ("a label", (*ask, "--label", "kwh"), 2, "forecasters have no --label"),
        ("classes of series", (*ask, "--split", "dirichlet:1"), 2, "series have none"),
        ("another column", (*ask, "--split", "by:kwh"), 2, "series are split iid or by"),
        ("a table's model beside it", (*ask, "--model", "linear"), 2, "cannot have both"),
        ("twice the same", (*ask, "--model", "forecaster:48,24"), 2, "is given twice"),
        ("no numbers", (*last, "--model", "forecaster"), 2, "--model is written forecaster:BACK"),
        ("a season too long", (*last, "--model", "forecaster:48,24,1,49"), 2, "--model is written"),
        ("a day too long", (*last, "--model", "forecaster:12,4"), 1, "a season of 24 steps"),
        ("windows too long", (*last, "--model", "forecaster:400,24"), 1, "windows of 424 steps"),
        ("a time that is none", (*ask, "--time", "kwh"), 1, "is not a time"),
        ("a column too many", (*ask, "--features", "kwh,kw"), 1, "has no column kw"),
    ):
        refused(name, code, sentence, "simulate", *arguments)
    refused("more members than series", 1, "there are 6 series, too few for 7 members",
            "simulate", "--data", path, "--members", 7, *ask[4:])
    refused("times of a table", 2, "--time goes with forecasters", "simulate", "--data", path,
            "--label", "kwh", "--members", 6, "--time", "at")


def without_products(heart, folder):
    """A perceptron is simulated without OpenBLAS too, and it is said what to install."""
    ask = ("simulate", "--data", heart, "--members", 4, *QUICK, "--seeds", 1, "--model", "mlp:4")
    rich, poor = sheaf(*ask), sheaf(*ask, environment=without_openblas(folder))
    check("a simulation without OpenBLAS", rich.returncode == poor.returncode == 0
          and "exact sum" in poor.stdout, poor.stdout + poor.stderr)
    check("says once what to install, with it nothing", not rich.stderr
          and poor.stderr.count("apt install libopenblas0") == poor.stderr.count("\n") == 1,
          rich.stderr + poor.stderr)


def no_picture(heart, folder):
    """A picture that cannot be written is told after the table."""
    done = sheaf("simulate", "--data", heart, "--members", 4, *QUICK, "--seeds", 1, "--epsilon", 5,
                 "--svg", os.path.join(folder, "none", "plot.svg"))
    check("a folder that is not there", done.returncode == 1 and "exact sum" in done.stdout
          and "cannot create" in done.stderr, done.stdout + done.stderr)


def one_record_each(folder):
    path = os.path.join(folder, "few.csv")
    with open(path, "w") as out:
        out.write("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
    ask = ("--data", path, "--label", "y", "--members", 60, "--rounds", 2, "--seeds", 1)
    row = told("a record for each member", *ask, "--epsilon", 5)["rows"][1]
    check("nobody trains alone", row["failure"].startswith("no member has the"), row)
    done = sheaf("simulate", *ask, "--epsilon", "5,0.000001")
    check("a row of sums without figures fails", done.returncode == 1 and
          "epsilon 1e-06: no noise that a mandate can state keeps 2 rounds" in done.stdout
          and "epsilon 5 " in done.stdout, done.stdout + done.stderr)


def nonsense(heart, folder):
    one = os.path.join(folder, "one.csv")
    with open(one, "w") as out:
        out.write("x,y\n" + "".join(f"{i},1\n" for i in range(30)))
    ask = ("simulate", "--data", heart, *QUICK, "--members")
    for name, arguments, sentence in (
        ("more members than records", (*ask, 5000), "there are 740 complete records, too few"),
        ("two members", (*ask, 2), "a round sums the vectors of 3 to 1000 members"),
        ("no members", (*ask, 0), "--members is a number from 3 to 100000, not 0"),
        ("a column that is not there", (*ask, 4, "--split", "by:region"), "has no column region"),
        ("a split of another kind", (*ask, 4, "--split", "halves"), "--split is iid, by:COLUMN"),
        ("epsilon 0", (*ask, 4, "--epsilon", 0), "each --epsilon is at least"),
        ("epsilon below 0", (*ask, 4, "--epsilon=-1"), "each --epsilon is at least"),
        ("an epsilon twice", (*ask, 4, "--epsilon", "1,2,1.0"), "--epsilon lists 1 twice"),
        ("no number", (*ask, 4, "--delta", "little"), "--delta is at least 1e-09 and at most"),
        ("less than a mandate can state", (*ask, 4, "--delta", "0.0000000001"), "--delta is at"),
        ("a clip below a millionth", (*ask, 4, "--clip", "0.0000009"), "--clip is at least"),
        ("too many in a round", (*ask, 4, "--cohort", 9), "a round cannot have 9 members"),
        ("too many colluders", (*ask, 4, "--colluders", 4), "is not safe where 4 pool"),
        ("patience of a kind that has none", (*ask, 4, "--target", "number", "--model",
                                             "linear", "--patience", 2),
         "--patience is for logistic, mlp and trees"),
        ("trees of a depth that is none", (*ask, 4, "--model", "trees:3,9"),
         "--model is written trees"),
        ("an unknown kind", (*ask, 4, "--model", "oracle"), "not oracle"),
        ("one class alone", ("simulate", "--data", one, "--label", "y", "--members", 3),
         "y is above 0 in each of the 30 records"),
        ("a range of no feature", (*ask, 4, "--ranges", "height=1:2"),
         "a range is given for height"),
        ("a proposal that is not simulated", (*ask, 4, "--propose", 3), "--propose is exact or"),
    ):
        refused(name, 2 if sentence.startswith("-") or sentence in USAGE else 1, sentence,
                *arguments)


with tempfile.TemporaryDirectory() as folder:
    heart = os.path.join(folder, "heart.csv")
    table(heart)
    rows_and_picture(heart, folder)
    splits(heart)
    trees(heart)
    patience(heart)
    gaps(folder)
    number(folder)
    several(heart, folder)
    forecasters(folder)
    without_products(heart, folder)
    no_picture(heart, folder)
    one_record_each(folder)
    nonsense(heart, folder)
finish()
