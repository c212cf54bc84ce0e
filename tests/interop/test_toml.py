#!/usr/bin/env python3
"""TOML as Sheaf reads and writes it, beside Python's tomllib: documents put together from pieces
at random, most of them nonsense. What Sheaf accepts tomllib must accept with the same meaning,
and what Sheaf writes tomllib must read as what Sheaf had read."""
import glob
import json
import os
import random
import subprocess
import sys

try:
    import tomllib
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", os.path.abspath(__file__)])
    print("1..0 # SKIP this Python has no tomllib (3.11)")
    sys.exit(0)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
from kit import check, finish  # noqa: E402

NAMES = ["a", "b", "c_1", "long-name", '"q r"', "'l\\'", '""', "9", "a . b", "d.e.f"]
VALUES = ["1", "-20", "1_000", "0", "-0", "01", "1.5", "1e3", "0x1f", "true", "false", "tru",
          '""', '"x\\n\\u00e4"', '"\\q"', "'it'", '"""\nlong \\\n  line\n"""', "'''\ny'''",
          '"""q"""""', '"""two""', "[]", "[1, 2,]", "[1 2]", '["x", # why\n true]', "[[1]]",
          "{ x = 1 }", "{}", "2026-11-22", '"open', "9007199254740991", "9007199254740992",
          "[,]", '"\\U0001F600"', '"\\ud800"']
ENDS = ["\n", "\n", "\n", "\r\n", " # said\n", "\t\n", " ", "", "\r", "\n\n"]


def line(rng):
    sort = rng.random()
    if sort < 0.25:
        return "[%s]" % rng.choice(NAMES)
    if sort < 0.4:
        return "[[%s]]" % rng.choice(NAMES)
    if sort < 0.45:
        return rng.choice(["#", "", "[a", "]", "=", "a b = 1", "\x00", "\x7f", "#\x01"])
    return "%s = %s" % (rng.choice(NAMES), rng.choice(VALUES))


def document(rng):
    text = "".join(line(rng) + rng.choice(ENDS) for _ in range(rng.randint(0, 7)))
    if rng.random() < 0.2 and text:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice('"\'[]=.#\\\n\r\t x1') + text[at + 1:]
    return text


def same_numbers(value):
    """tomllib has no bound on integers; nothing else of it may stand in what Sheaf accepts."""
    if isinstance(value, dict):
        return all(same_numbers(v) for v in value.values())
    if isinstance(value, list):
        return all(same_numbers(v) for v in value)
    return isinstance(value, (bool, str)) or (isinstance(value, int) and abs(value) < 2**53)


def exact(value):
    """True and 1 are equal in Python."""
    return json.dumps(value, sort_keys=True)


def main():
    rng = random.Random(7)
    documents = [document(rng) for _ in range(20000)]
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    for path in glob.glob(os.path.join(source, "fuzz/corpus/toml/*")):
        with open(path, "rb") as file:
            documents.append(file.read().decode("utf-8", "replace"))
    lines = "".join(json.dumps(text) + "\n" for text in documents)
    run = subprocess.run([os.environ["MAKE_TOML"]], input=lines.encode(), capture_output=True)
    answers = [json.loads(text) for text in run.stdout.decode().splitlines()]
    check("every document has an answer", run.returncode == 0 and len(answers) == len(documents))
    accepted, wrong, rewritten, numbered = 0, [], [], 0
    for text, answer in zip(documents, answers):
        if "refused" in answer:
            numbered += answer["refused"].startswith("line ") or "written" in answer["refused"]
            continue
        accepted += 1
        try:
            theirs = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, ValueError):
            wrong.append(text)
            continue
        if not same_numbers(theirs) or exact(theirs) != exact(answer["json"]):
            wrong.append(text)
        if exact(tomllib.loads(answer["toml"])) != exact(answer["json"]):
            rewritten.append(text)
    check("%d of %d documents are accepted" % (accepted, len(documents)), accepted > 2000)
    check("tomllib reads the same in each of them", not wrong, wrong[:2])
    check("tomllib reads what is written as what was read", not rewritten, rewritten[:2])
    check("each refusal says where", numbered == len(documents) - accepted)
    finish()


if __name__ == "__main__":
    main()
