"""The demonstration's other stories, each from founding to verification: crops always, the rest in
long runs."""
import json
import math
import os
import re
import xml.etree.ElementTree as xml

from kit import Folder, check, finish, refused, sheaf

SHORT = ["crops"]


def stories():
    """All but the first, which test_demo.py tells."""
    done = sheaf("demo", "--scenario", "nonsense")
    listed = re.search(r"; there is (.*)", done.stderr + done.stdout)
    names = listed.group(1).strip().split(", ") if listed else []
    check("a scenario that is none names those there are",
          done.returncode == 2 and names[:1] == ["heart"] and set(SHORT) <= set(names), done.stderr)
    return [name for name in names[1:] if name in SHORT or os.environ.get("SHEAF_TEST_LONG")]


def picture(name, folder, members):
    """The picture is SVG, and has a bar's figure for each that the summary has."""
    with open(os.path.join(folder, "gains.svg"), encoding="utf-8") as file:
        root = xml.fromstring(file.read())
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    figures = [v for m in members.values() for v in m.values() if v is not None]
    digits = max(len(t.partition(".")[2]) for t in texts if re.fullmatch(r"\d+\.\d+", t or ""))
    missing = [v for v in figures if f"{v:.{digits}f}" not in texts]
    check(f"{name}: the picture has every figure", not missing, (missing, texts))


def data_stays(name, folder):
    """No row of any member's table stands in the hub's part of the folder."""
    rows, found = set(), []
    for member in os.listdir(os.path.join(folder, "members")):
        home = os.path.join(folder, "members", member)
        for table in (n for n in os.listdir(home) if n.endswith(".csv")):
            with open(os.path.join(home, table), "rb") as file:
                rows |= {row for row in file.read().splitlines()[1:200] if len(row) > 20}
    for root, dirs, names in os.walk(folder):
        if os.path.abspath(root) == os.path.abspath(folder):
            dirs.remove("members")
        for name_of in names:
            with open(os.path.join(root, name_of), "rb") as file:
                content = file.read()
            found += [f"{name_of}: {row}" for row in rows if row in content]
    check(f"{name}: no record of any member is in the hub's folder", rows and not found, found[:5])


def story(name, scratch):
    folder = os.path.join(scratch, name)
    done = sheaf("demo", folder, "--no-serve", "--json", "--scenario", name, timeout=300)
    lines = done.stdout.splitlines()
    if not check(f"{name}: the story holds at every step", done.returncode == 0,
                 "\n".join(lines[-5:]) + done.stderr):
        return
    summary = json.loads(lines[-1])
    members = summary["members"]
    check(f"{name}: the summary comes last", summary["scenario"] == name
          and summary["verified"] is True and 4 <= len(members) <= 10, summary)
    check(f"{name}: every member has a figure alone and together",
          all(isinstance(m[form], float) and math.isfinite(m[form])
              for m in members.values() for form in ("alone", "together")), members)
    told = [json.loads(line).get("event") for line in lines]
    check(f"{name}: the rounds' model is that of training without masks", "compared" in told, told)
    done = sheaf("verify", folder, "--json")
    check(f"{name}: verify finds the folder sound", done.returncode == 0
          and json.loads(done.stdout)["transcripts_checked"] == summary["rounds"],
          done.stdout + done.stderr)
    picture(name, folder, members)
    data_stays(name, folder)


def main():
    with Folder() as scratch:
        for name in stories():
            story(name, scratch)
        refused("and no folder is left of a scenario that is none", 2, "scenario", "demo",
                os.path.join(scratch, "none"), "--scenario", "")
        check("none at all", not os.path.exists(os.path.join(scratch, "none")))
    finish()


main()
