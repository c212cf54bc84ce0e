"""Who sees a transcript, and for how long: participants and mandated auditors, until the audit
window of the mandate is over; then the hub deletes it, never before."""
import json
import os
import shutil
import time

from coop import CENTRES, Coop, demonstrated, told
from kit import Folder, check, finish, refused, run, sheaf, until

WINDOW_S = 20


def join(coop, scratch, name):
    """A member without data; its home and entry."""
    home = os.path.join(scratch, name)
    index = run(f"{name} applies", "join", coop.hub.url, "--member", name, "--person", "--home",
                home, "--json").get("index")
    for centre in CENTRES:  # as many as it takes
        sheaf("member", "admit", "--home", coop.home(centre), "--hub", coop.hub.url,
              "--member", index)
    return home, index


def blob(coop, round_row):
    name = round_row["transcript"]
    return os.path.join(coop.folder, "blobs", name[:2], name[2:])


def preview(coop, name, *flags):
    return run(name, "node", "--dry-run", "--home", coop.home("va"), "--hub", coop.hub.url,
               "--json", *flags).get("rounds", [{}])


def previewed(coop):
    """What would leave is told, and nothing is sent."""
    size, file = coop.hub.size(), os.path.join(coop.home("va"), "heart.csv")
    told_all = preview(coop, "a dry run", "--data", f"uci-heart={file}")
    check("tells of the one mandate that asks", len(told_all) == 1, told_all)
    first = told_all[0]
    check("what would leave, for what, with whom", first["mandate"] == coop.mandated
          and (first["words"], first["bits"]) == (40, 64) and first["form"] == "exact_sum"
          and first["task"] == "statistics" and len(first["others"]) == 3
          and first["round"] is None and first["privacy"] is None and first["would"], first)
    first = preview(coop, "without a file", "--data", "other=" + file)[0]
    check("it would not take part", not first["would"] and "no file" in first["why_not"], first)
    first = preview(coop, "with a file that there is not", "--data", f"uci-heart={file}x")[0]
    check("neither", not first["would"] and "no file" in first["why_not"], first)
    other = os.path.join(coop.home("hungarian"), "heart.csv")
    first = preview(coop, "with the file of somebody else", "--data", f"uci-heart={other}")[0]
    check("nor then", not first["would"] and "is not the file" in first["why_not"], first)
    check("the log is as it was", coop.hub.size() == size)
    refused("a word that is no data set and a file", 2, "NAME=FILE", "node", "--dry-run", "--home",
            coop.home("va"), "--data", file)
    refused("a home that is none", 1, "not a member's home", "node", "--dry-run", "--home",
            os.path.join(coop.folder, "nowhere"))


def within(coop, auditor, other):
    first = until(lambda: coop.rounds("closed"), 60)
    if not check("a round is closed", first, told(coop)):
        finish()
    number = first[0]["id"]
    check("a node's log says what leaves", "round.leaves" in coop.words("va")
          and "40 words of 64 bits" in coop.words("va"), coop.words("va"))
    done = sheaf("round", "verify", number, "--home", auditor)
    check("an auditor adds it up again", done.returncode == 0, done.stdout + done.stderr)
    command = ("round", "verify", number, coop.hub.url, "--home", coop.home("va"))
    until(lambda: sheaf(*command).returncode == 0, 60)  # once its copy has the round
    done = sheaf(*command)
    check("and a participant", done.returncode == 0, done.stdout + done.stderr)
    refused("another member does not get the transcript", 1, "participants and auditors", "round",
            "verify", number, "--home", other)
    return first[0]


def deleted(coop, row, auditor):
    ends = row["closed"] + WINDOW_S * 1000
    while os.path.exists(blob(coop, row)) and time.time() * 1000 < ends + 20000:
        time.sleep(0.05)
    now = time.time() * 1000
    check("the transcript goes once its window is over, not before",
          ends <= now < ends + 20000 and not os.path.exists(blob(coop, row)), f"{ends} {now}")
    refused("round verify says that it was on schedule", 1, "on schedule", "round", "verify",
            row["id"], coop.folder)
    refused("of the hub too", 1, "on schedule", "round", "verify", row["id"], "--home", auditor)
    older = [each for each in coop.rows("round") if each["mandate"] != row["mandate"]]
    check("those of another mandate stay for their 90 days",
          older and all(os.path.exists(blob(coop, each)) for each in older
                        if each["state"] == "closed"))


def brought_back(coop, row, copy):
    """As a restored backup might."""
    coop.hub.__exit__()
    shutil.copy(copy, blob(coop, row))
    done = sheaf("round", "verify", row["id"], coop.folder)
    check("who has kept a copy can still add it up", done.returncode == 0,
          done.stdout + done.stderr)
    coop.start_hub()
    check("one that comes back goes again when the hub starts",
          until(lambda: not os.path.exists(blob(coop, row)), 10))


def main():
    with Folder() as scratch:
        demo = demonstrated(scratch, "--exact", "--seed", 7)
        with Coop(demo, scratch, "audit") as coop:
            auditor, member = join(coop, scratch, "Ada")
            other, _ = join(coop, scratch, "Ben")
            coop.mandate(2, audit={"audit_s": WINDOW_S, "auditors": [{"member": member}]})
            previewed(coop)
            for centre in CENTRES:
                coop.start_node(centre)
            row = within(coop, auditor, other)
            copy = os.path.join(scratch, "copy")
            shutil.copy(blob(coop, row), copy)
            deleted(coop, row, auditor)
            brought_back(coop, row, copy)
        done = sheaf("verify", coop.folder, "--json")
        said = json.loads(done.stdout)
        check("verify finds everything else sound, and counts what is gone",
              said["sound"] and said["transcripts_missing"] >= 1, said)
    finish()


main()
