"""Killed in the middle of a round, nodes and the hub go on where they were: the same round closes
over the vectors of all, though each exact sum needs every one of them."""
import json
import os
import signal
import sys
import time

from coop import Coop, founded, told
from kit import Folder, Hub, check, finish, run, sheaf, until

STAGE_MS = 30000
STAGES = ("advertise", "share", "input", "survivors", "reveal")
ENDS = ("ending", "done", "aborted")
ORDER = ("begin", *STAGES, *ENDS)  # begin: on the log, and not coordinated yet
ALL = ("cleveland", "hungarian", "switzerland", "va")


def stage_of(coop, number):
    return json.loads(coop.hub.get(f"/api/v1/rounds/{number}")[1])


def open_round(coop, stage):
    """A round that is under way and waits for a node that sleeps, at that stage or, where it was
    faster than we are, a later one."""
    done = {r["id"] for r in coop.rounds()}
    number = until(lambda: [r["id"] for r in coop.rounds("open") if r["id"] not in done], 60)[-1]
    while ORDER.index(stage_of(coop, number)["stage"]) < ORDER.index(stage):
        time.sleep(0.002)
    os.kill(coop.nodes["hungarian"].pid, signal.SIGSTOP)
    time.sleep(0.5)
    return number, stage_of(coop, number)


def meet(coop, stage):
    """As open_round(), again where the round was over before anybody could stop it."""
    for _ in range(12):
        number, progress = open_round(coop, stage)
        if progress["stage"] not in ENDS:
            return number, progress
        os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
    check(f"a round is met under way, from stage {stage} on", False, told(coop))
    return None, progress


def closed_with_all(coop, number):
    return until(lambda: [r for r in coop.rounds("closed")
                          if r["id"] == number and r["survivors"] == 4], 25)


def sent(coop, centre):
    path = os.path.join(coop.home(centre), "sent")
    return sorted(os.listdir(path)) if os.path.isdir(path) else []


def nodes_die(coop, stages):
    seen = []
    for stage in stages:
        number, progress = meet(coop, stage)
        seen.append(progress["stage"])
        if number is None:
            continue
        coop.kill("va")
        coop.start_node("va")
        resumed = until(lambda: f"round.resume round={number}" in coop.words("va"), 15)
        os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
        check(f"a node killed at stage {progress['stage']} goes on in that round",
              closed_with_all(coop, number), f"{progress} {told(coop)}")
        check("and says so", resumed, coop.words("va"))
    print("# stages met:", *seen)


def hub_dies(coop, stage, also_node):
    number, progress = meet(coop, stage)
    if number is None:
        return
    check("what is under way is told, with the time that is left",
          0 < progress.get("left_ms", 0) <= STAGE_MS and progress["answers"] < 4, progress)
    coop.hub.process.kill()
    coop.hub.process.wait()
    kept = os.path.join(coop.folder, "rounds", str(number), "kept")
    check("what was answered is on the hub's disk", os.path.getsize(kept) > 0)
    if also_node:
        coop.kill("va")
    coop.start_hub()
    again = stage_of(coop, number)
    check("the hub is where it was", (again["stage"], again["answers"])
          == (progress["stage"], progress["answers"])
          or again["stage"] != progress["stage"], f"{progress} {again}")
    told_so = sheaf("status", "--hub", coop.hub.url).stdout
    check("sheaf status tells", f"round {number}" in told_so and "of 4 have answered" in told_so,
          told_so)
    if also_node:
        coop.start_node("va")
    os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
    check(f"a hub killed at stage {progress['stage']} goes on with that round"
          + (", and so does a node killed with it" if also_node else ""),
          closed_with_all(coop, number), f"{again} {told(coop)}")


def spoiled(coop):
    """Only what cannot be restored is ended, with its reason."""
    number, progress = open_round(coop, "advertise")
    coop.hub.process.kill()
    coop.hub.process.wait()
    kept = os.path.join(coop.folder, "rounds", str(number), "kept")
    with open(kept, "r+b") as file:
        file.seek(20)
        byte = file.read(1)
        file.seek(20)
        file.write(bytes([byte[0] ^ 1]))
    coop.start_hub()
    ended = until(lambda: [r for r in coop.rounds("aborted")
                           if r["id"] == number and r["reason"] == "restart"])
    os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
    check("a round whose records are spoiled is aborted for the restart",
          ended, f"{progress} {told(coop)}")
    check("and training goes on with the next", until(
        lambda: [r for r in coop.rounds("closed") if r["id"] > number], 60), told(coop))


def restored(coop, scratch):
    """A backup has nothing of open rounds: the hub that it is restored to ends that one, for its
    members answer no other bundles than they did, and goes on."""
    coop.mandate(100)
    for centre in ALL:
        coop.start_node(centre)
    number, progress = meet(coop, "share")
    if number is None:
        return
    copy, again = os.path.join(scratch, "copy"), os.path.join(scratch, "again")
    run("a copy is made in the middle of a round", "backup", coop.folder, copy, "--with-keys",
        "--json")
    check("without what is secret about it", not os.path.exists(os.path.join(copy, "rounds")))
    coop.hub.process.kill()
    coop.hub.process.wait()
    run("and restored", "restore", copy, again, "--json")
    coop.hub = Hub(again, coop.port)
    os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
    check(f"a round restored at stage {progress['stage']} is over after a stage's time", until(
        lambda: [r for r in coop.rounds("aborted") if r["id"] == number], 15), told(coop))
    check("and the next has its sum", until(
        lambda: [r for r in coop.rounds("closed") if r["id"] > number], 30), told(coop))
    run("on one log", "verify", again, "--json")


def main():
    with Folder() as scratch:
        demo = founded(scratch)
        with Coop(demo, scratch, "resume", stage_ms=STAGE_MS) as coop:
            coop.mandate(100)
            for centre in ALL:
                coop.start_node(centre)
            nodes_die(coop, STAGES[:4])  # reveal is over at once; node/resume stops there too
            hub_dies(coop, "share", False)
            hub_dies(coop, "survivors", False)
            hub_dies(coop, "input", True)
            spoiled(coop)
            for centre in ALL:
                coop.nodes[centre].terminate()
            for centre in ALL:
                coop.nodes.pop(centre).wait(20)
            under_way = [str(r["id"]) for r in coop.rounds("open")]
            # A node that was ended may not have read yet that the round before is over.
            last = [str(r["id"]) for r in coop.rounds()][-2:]
            check("nothing is kept of rounds that are over", all(
                set(sent(coop, c)) <= set(under_way + last) for c in ALL)
                and set(os.listdir(os.path.join(coop.folder, "rounds"))) <= set(under_way),
                f"{under_way} {[sent(coop, c) for c in ALL]}")
        coop.sound("every sum is right")
        with Coop(demo, scratch, "restored", stage_ms=3000) as coop:
            restored(coop, scratch)
    finish()


if __name__ == "__main__":
    sys.exit(main())
