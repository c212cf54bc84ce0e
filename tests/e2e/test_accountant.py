"""`sheaf privacy epsilon|noise|cost` and `sheaf round graph` as a user types them, and what is
refused."""
import json

from kit import check, finish, refused, sheaf


def told(name, *arguments):
    done = sheaf("privacy", *arguments, "--json")
    check(name, done.returncode == 0 and not done.stderr, done.stderr)
    return json.loads(done.stdout)


def epsilon(name, mechanism, sigma, delta, *more):
    return told(name, "epsilon", "--mechanism", mechanism, "--noise-multiplier", sigma,
                "--delta", delta, *more)


def near(name, value, want, tolerance=1e-3):
    check(name, value is not None and abs(value / want - 1) <= tolerance, f"{value}, not {want}")


def figures():
    out = epsilon("a Gaussian", "gaussian", 1, "1e-5")
    check("four figures", list(out) == ["rdp", "rdp_order", "pld", "exact"], out)
    near("its Rényi epsilon", out["rdp"], 4.728507067)
    near("the order of it", out["rdp_order"], 5.4, 0)
    near("its loss distribution", out["pld"], 4.3771781)
    near("its exact epsilon", out["exact"], 4.377178096, 1e-6)
    check("none below the exact one", min(out["rdp"], out["pld"]) >= out["exact"], out)
    out = epsilon("a sampled one", "gaussian", 1, "1e-5", "--sampling", "0.01", "--steps", 1000)
    near("its Rényi epsilon", out["rdp"], 2.101366525)
    near("its loss distribution", out["pld"], 1.828243646)
    check("no exact figure", out["exact"] is None, out)
    out = epsilon("integers", "discrete-gaussian", 1, "1e-5")
    near("by their true law", out["pld"], 4.430238055)
    out = epsilon("Skellam noise", "skellam", 2, "1e-5", "--dimension", 1000)
    check("has no loss distribution here", out["pld"] is None and out["rdp"] > 0, out)
    out = epsilon("Laplace noise", "laplace", 2, "1e-5", "--steps", 10)
    near("its loss distribution", out["pld"], 4.989962317)
    done = sheaf("privacy", "epsilon", "--mechanism", "gaussian", "--noise-multiplier", "1",
                 "--delta", "1e-5")
    check("in words", "order 5.4, an upper bound: 4.7285" in done.stdout, done.stdout)


def inverse():
    more = ["--sampling", "0.1", "--steps", "300"]
    out = told("noise for an epsilon", "noise", "--mechanism", "gaussian", "--epsilon", "3",
               "--delta", "1e-5", *more)
    sigma = out["noise_multiplier"]
    check("keeps to it", epsilon("there", "gaussian", sigma, "1e-5", *more)["rdp"] <= 3)
    check("and hardly more than it needs",
          epsilon("a little less", "gaussian", sigma - 3e-6, "1e-5", *more)["rdp"] > 3)


def cost():
    given = ["--mechanism", "discrete-gaussian", "--noise-multiplier", "16"]
    out = told("what a round costs", "cost", *given, "--epsilon", "1", "--delta", "1e-3")
    check("one integer an order",
          len(out["cost"]) == len(out["orders"]) == len(out["limit"])
          and all(isinstance(unit, int) for unit in out["cost"]), out)
    check("at order 2: 2 / (2 * 16^2)", out["cost"][out["orders"].index(2)] == 3906250000, out)
    rounds = out["rounds"]
    fits = epsilon("as many rounds", "discrete-gaussian", 16, "1e-3", "--steps", rounds)
    check("fit the budget", fits["rdp"] <= 1, fits)
    done = sheaf("privacy", "cost", *given)
    check("as a table", done.stdout.startswith("order"), done.stdout)


def nonsense():
    base = {"mechanism": "gaussian", "noise-multiplier": "1", "delta": "1e-5"}
    for name, words, changed in (
            ("an unknown mechanism", "gaussian, discrete-gaussian", {"mechanism": "gauss"}),
            ("no mechanism", "--mechanism is", {"mechanism": None}),
            ("no noise", "--noise-multiplier is needed", {"noise-multiplier": None}),
            ("noise NaN", "decimal number", {"noise-multiplier": "nan"}),
            ("noise 0", "without noise", {"noise-multiplier": "0"}),
            ("negative noise", "above 0", {"noise-multiplier": "-1"}),
            ("endless noise", "from 0.01 to", {"noise-multiplier": "1e999"}),
            ("hardly any noise", "from 0.01 to", {"noise-multiplier": "1e-5"}),
            ("sampling 0", "nobody takes part", {"sampling": "0"}),
            ("sampling above 1", "at most 1", {"sampling": "1.1"}),
            ("sampling in words", "decimal number", {"sampling": "half"}),
            ("no delta", "--delta is needed", {"delta": None}),
            ("delta 0", "above 0", {"delta": "0"}),
            ("negative delta", "above 0", {"delta": "-1e-5"}),
            ("delta 1", "promises nothing", {"delta": "1"}),
            ("no steps", "--steps is a whole number from 1", {"steps": "0"}),
            ("half a step", "--steps is a whole number", {"steps": "1.5"}),
            ("dimension 0", "--dimension is a whole number", {"dimension": "0"})):
        options = [part for key, value in (base | changed).items() if value is not None
                   for part in ("--" + key, value)]
        refused(name, 2, words, "privacy", "epsilon", *options)
    options = ["--mechanism", "gaussian", "--delta", "1e-5"]
    refused("no epsilon", 2, "--epsilon is needed", "privacy", "noise", *options)
    refused("epsilon 0", 2, "above 0", "privacy", "noise", *options, "--epsilon", "0")
    found = json.loads(sheaf("privacy", "noise", "--mechanism", "gaussian", "--epsilon", 1,
                             "--delta", 1e-5, "--json").stdout)
    near("the noise for epsilon 1 of one release", found["noise_multiplier"], 4.045386, 1e-6)
    refused("an epsilon that no noise keeps", 1, "no noise shows", "privacy", "noise",
            *options, "--epsilon", "1e-30")
    refused("a limit without delta", 2, "--delta is needed", "privacy", "cost", *options[:2],
            "--noise-multiplier", "1", "--epsilon", "1")


def cohorts():
    given = ["round", "graph", "--dropout", "0.1", "--corrupt", "0.1"]

    def graph(name, *more):
        done = sheaf(*given, *more, "--json")
        check(name, done.returncode == 0 and not done.stderr, done.stderr)
        return json.loads(done.stdout)

    out = graph("a cohort of 1,000", "--members", 1000)
    check("degree and threshold", (out["graph"], out["degree"], out["threshold"])
          == ("ring", 96, 67), out)
    check("privacy failures", out["disconnected_log2"] <= -41 and out["exposed_log2"] <= -41, out)
    check("correctness", out["lost_log2"] <= -20, out)
    out = graph("a semi-honest hub", "--members", 1000, "--hub", "semi-honest")
    check("takes fewer", (out["degree"], out["threshold"]) == (48, 27), out)
    out = graph("a hub that may retry", "--members", 1000, "--privacy-bits", 80)
    check("takes more", out["degree"] == 120 and out["exposed_log2"] <= -81, out)
    out = graph("a hub that may choose whom it loses", "--members", 1000, "--privacy-bits", 208,
                "--hub", "adaptive")
    check("takes a higher threshold", (out["degree"], out["threshold"]) == (174, 133)
          and out["disconnected_log2"] <= -209, out)
    out = graph("ten members", "--members", 10)
    check("know each other", (out["graph"], out["degree"], out["threshold"], out["lost_log2"])
          == ("complete", 9, 7, None), out)
    done = sheaf(*given, "--members", "1000")
    check("in words", "96 neighbours each, threshold 67" in done.stdout
          and "2^-43.1" in done.stdout, done.stdout)

    base = {"members": "1000", "dropout": "0.1", "corrupt": "0.1"}
    for name, words, changed in (
            ("no members", "--members is needed", {"members": None}),
            ("one member", "from 2 to 1000000", {"members": "1"}),
            ("too many members", "from 2 to 1000000", {"members": "1000001"}),
            ("no drop-out", "--dropout is needed", {"dropout": None}),
            ("all drop out", "0 to below 1", {"dropout": "1"}),
            ("fewer than none", "0 to below 1", {"corrupt": "-0.1"}),
            ("a share NaN", "0 to below 1", {"corrupt": "nan"}),
            ("a share in words", "0 to below 1", {"corrupt": "half"}),
            ("a share too fine", "at most six decimals", {"corrupt": "0.1234567"}),
            ("an unknown hub", "semi-honest, semi-malicious or adaptive", {"hub": "kind"}),
            ("no bits", "from 1 to 256", {"privacy-bits": "0"}),
            ("endless bits", "from 1 to 256", {"correctness-bits": "257"})):
        options = [part for key, value in (base | changed).items() if value is not None
                   for part in ("--" + key, value)]
        refused(name, 2, words, "round", "graph", *options)
    refused("more than any graph can stand", 1, "nine tenths", "round", "graph", "--members",
            "1000", "--dropout", "0.4", "--corrupt", "0.4")
    refused("more drop-outs than a small cohort can stand", 1, "fewer than the 7", "round",
            "graph", "--members", "10", "--dropout", "0.4", "--corrupt", "0.1")


def mandates():
    """The commands that sign fill in what nobody types."""
    terms = {"clip-millionths": 1000000, "colluders": 1, "delta-trillionths": 1000000000,
             "divisor": 500, "epsilon-millionths": 5000000,
             "evaluation-noise-millionths": 4000000, "noise-millionths": 5000000,
             "sampling-millionths": 100000, "unit": "record"}
    given = ["mandate", "grant", "--attest-min", 2, "--cohort-min", 3, "--datasets",
             '[{"dataset":1},{"dataset":2},{"dataset":3}]', "--duration-s", 100, "--learning",
             '{"batch":0,"local_steps":1,"rate_millionths":5,"seed":1}', "--model", 9,
             "--purpose", "care", "--release", "noised", "--rounds-max", 20]

    def options(terms):
        return [str(part) for name, value in terms.items() for part in ("--privacy." + name, value)]
    done = sheaf(*map(str, given), *options(terms))
    check("a mandate's effect is printed", done.returncode == 0, done.stderr)
    made = json.loads(done.stdout)["what"]["privacy"]
    for field, sigma, q in (("cost", 5, 0.1), ("evaluation_cost", 4, 1)):
        out = told(f"the accountant's {field}", "cost", "--mechanism", "discrete-gaussian",
                   "--noise-multiplier", sigma, "--sampling", q, "--dimension", 15,
                   "--epsilon", 5, "--delta", "1e-3")
        check(f"is the {field} that was filled in", out["cost"]
              == [each["cost"] for each in made[field]], out)
    check("and so is the limit", [max(most, 0) for most in out["limit"]]
          == [each["cost"] for each in made["limit"]], out)
    refused("noise out of range", 2, "from 10000 to", *map(str, given),
            *options(terms | {"noise-millionths": 5}))
    without = dict(terms)
    without.pop("epsilon-millionths")
    refused("no epsilon", 2, "epsilon-millionths is missing", *map(str, given), *options(without))


figures()
inverse()
mandates()
cost()
nonsense()
cohorts()
finish()
