"""What goes wrong in a living co-op: a node dies, the hub dies, a consent ends, a table is
spoiled. Training goes on or stops with its reason, and what stands on the log stays sound."""
import json
import os
import shutil
import signal
import subprocess
import time

from coop import CENTRES, Coop, demonstrated, told
from kit import Folder, Hub, check, finish, refused, sheaf, until


def a_node_dies(demo, scratch):
    with Coop(demo, scratch, "node") as coop:
        coop.mandate(100)
        for centre in CENTRES:
            coop.start_node(centre)
        check("four nodes train",
              until(lambda: [r for r in coop.rounds("closed") if r["survivors"] == 4]), told(coop))
        coop.kill("va")
        last = coop.rounds()[-1]["id"]
        # Three vectors, subtracted from the four of the round before, would show the fourth.
        check("when one is killed, the exact sums pause",
              not until(lambda: [r for r in coop.rounds("closed") if r["id"] > last], 8),
              told(coop))
        coop.start_node("va")
        check("back again, it takes part again, and they go on",
              until(lambda: [r for r in coop.rounds("closed")
                             if r["id"] > last and r["survivors"] == 4], 60), told(coop))
        a_consent_ends(coop)
    coop.sound("every sum is right, and over all four")


def a_consent_ends(coop):
    with open(os.path.join(coop.home("va"), "home.json"), encoding="utf-8") as file:
        member = json.load(file)["member"]
    consent = [c for c in coop.rows("consent") if c["dataset"] == coop.datasets[member]][-1]["id"]
    ended = coop.act("va", "consent", "revoke", "--consent", consent)
    check("when a consent is revoked, the exact sums end",
          not until(lambda: [r for r in coop.rounds("closed") if r["id"] > ended], 6),
          told(coop))
    seats = [s for s in coop.rows("seat") if s["round"] > ended and s["member"] == member]
    check("and its member has no seat in any later round", not seats, seats)


def two_mandates(demo, scratch):
    """Over the same data, at one time: a node is in one round at a time, and no round waits for
    one that is in another."""
    with Coop(demo, scratch, "two") as coop:
        for _ in range(2):
            coop.mandate(5)
        for centre in CENTRES:
            coop.start_node(centre)
        until(lambda: len([r for r in coop.rows("round") if r["mandate"] >= coop.mandated
                           and r["state"] == "closed"]) >= 4, 60)
        rounds = [r for r in coop.rows("round") if r["mandate"] >= coop.mandated - 20]
        last = sorted({r["mandate"] for r in rounds})
        check("two mandates train in turn", len(last) == 2, rounds)
        check("and none of their rounds is aborted",
              not [r for r in rounds if r["state"] == "aborted"], rounds)


def the_hub_dies(demo, scratch):
    with Coop(demo, scratch, "hub") as coop:
        coop.mandate(100)
        for centre in CENTRES:
            coop.start_node(centre)
        until(lambda: coop.rounds("closed"))
        # A round that waits for somebody is open for as long as its stage.
        os.kill(coop.nodes["hungarian"].pid, signal.SIGSTOP)
        opened = until(lambda: coop.rounds("open"))
        size = coop.hub.size()
        acknowledged = coop.act("cleveland", "revenue", "record", "--amount-cents", 100, "--memo",
                                "The last word before the fall")
        coop.hub.process.kill()
        coop.hub.process.wait()
        os.kill(coop.nodes["hungarian"].pid, signal.SIGCONT)
        coop.start_hub()
        entries = sheaf("log", "show", coop.folder, "--json").stdout.splitlines()
        kept = [json.loads(e) for e in entries]
        check("nothing that was acknowledged is lost when the hub is killed",
              len(kept) > max(size - 1, acknowledged)
              and kept[acknowledged]["entry"]["act"]["kind"] == "revenue.record", entries[-3:])
        check("a round that was open goes on, and closes", until(
            lambda: opened and [r for r in coop.rounds("closed")
                                if r["id"] == opened[-1]["id"]]), told(coop))
        count = len(coop.rounds("closed"))
        check("the nodes find it again and go on training",
              until(lambda: len(coop.rounds("closed")) >= count + 2), told(coop))
    coop.sound("and the log is sound")


def spoiled_tables(demo, scratch):
    with Coop(demo, scratch, "tables") as coop:
        coop.mandate(100)
        with open(os.path.join(coop.home("va"), "heart.csv"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        with open(os.path.join(coop.home("switzerland"), "heart.csv"), encoding="utf-8") as file:
            age, rest = file.read().splitlines(keepends=True)[1].split(",", 1)
            file.seek(0)
            changed = file.read().replace(f"{age},{rest}", f"{int(age) + 1},{rest}", 1)
        tables = {"hungarian": "\n".join(",".join(line.split(",")[1:]) for line in lines),
                  "va": lines[0] + "\n", "switzerland": changed}
        for centre, text in tables.items():
            path = os.path.join(scratch, centre + ".csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            coop.start_node(centre, path)
        coop.start_node("cleveland")
        for centre in tables:
            check("a table that is not the registered one is refused to the member in words",
                  until(lambda: any("data.unfit " in line and "not the file that was registered"
                                    in line for line in coop.words(centre).splitlines())),
                  coop.words(centre))
        check("and no round opens that would wait for it",
              not until(coop.rounds, 3), told(coop))
        for centre in tables:
            coop.kill(centre)
            coop.start_node(centre)
        a_round_is_aborted(coop)


def a_round_is_aborted(coop):
    """A node that is ready falls silent: exact sums do without nobody."""
    until(lambda: coop.rounds("closed"), 60)
    os.kill(coop.nodes["va"].pid, signal.SIGSTOP)
    aborted = until(lambda: coop.rounds("aborted"), 20)
    os.kill(coop.nodes["va"].pid, signal.SIGCONT)
    if check("a round without a vector that it needs is aborted", aborted, told(coop)):
        refused("and has no sum to add up again", 1, "aborted", "round", "verify",
                aborted[0]["id"], coop.folder)
        done = sheaf("round", "show", aborted[0]["id"], coop.hub.url)
        check("it is shown for what it is", done.returncode == 0 and "aborted" in done.stdout,
              done.stdout + done.stderr)


def entries_are_closed(demo, scratch):
    """The members keep their entries to themselves from some moment on: nodes sign what they ask
    for, and training goes on."""
    with Coop(demo, scratch, "closed") as coop:
        coop.mandate(100)
        row = json.loads(coop.hub.get("/api/v1/coop")[1])["bylaws"]
        bylaws = json.loads(sheaf("log", "entry", coop.folder, 0).stdout)["act"]["what"]["bylaws"]
        changed = dict(bylaws, visibility={
            area: "members" if isinstance(said, str) else said
            for area, said in bylaws["visibility"].items()})
        coop.decide("Behind doors", {"kind": "bylaws.amend",
                                     "what": {"base": row["id"], "text": changed}},
                    lambda: coop.hub.get("/api/v1/state/member")[0] == 403)
        for centre in CENTRES:
            coop.start_node(centre)
        check("nodes train and attest as before", until(lambda: len(
            [r for r in coop.rounds("closed") if r["survivors"] == 4 and r["attested"] >= 2]) >= 2),
            told(coop))
    coop.sound("and it is sound")


def tls(demo, scratch):
    coop, cert, key = (os.path.join(scratch, name) for name in ("tls", "cert.pem", "key.pem"))
    shutil.copytree(demo, coop)
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", cert],
        capture_output=True, text=True, timeout=60)
    if not check("openssl makes a certificate", made.returncode == 0, made.stderr):
        return
    with Hub(coop, 0, "--tls-cert", cert, "--tls-key", key) as hub:
        url = f"https://127.0.0.1:{hub.port}"
        done = sheaf("verify", url, "--ca", cert)
        check("over TLS, with the certificate trusted, it is sound", done.returncode == 0,
              done.stderr)
        done = sheaf("verify", url)
        check("a certificate that nobody vouches for is refused",
              done.returncode == 1 and "certificate" in done.stderr, done.stderr)
        done = sheaf("status", "--hub", url)
        check("by every command", done.returncode == 1 and "certificate" in done.stderr,
              done.stderr)
        done = sheaf("verify", f"http://127.0.0.1:{hub.port}")
        check("nothing is said without TLS", done.returncode == 1, done.stdout)
        done = sheaf("status", "--hub", url, "--ca", cert)
        check("a visitor names the certificate", done.returncode == 0
              and "owed to member" in done.stdout, done.stdout + done.stderr)
        home = os.path.join(scratch, "tls-member")
        done = sheaf("join", url, "--member", "Bea", "--person", "--home", home, "--ca",
                     os.path.relpath(cert))
        check("an applicant too, once", done.returncode == 0, done.stderr)
        done = sheaf("status", "--home", home)
        check("for the home remembers it", done.returncode == 0, done.stderr)
        founder = os.path.join(coop, "members", "cleveland")
        done = sheaf("motion", "open", "--home", founder, "--hub", url, f"--ca={cert}", "--title",
                     "Over TLS")
        check("so does an act", done.returncode == 0, done.stderr)
        done = sheaf("status", "--home", founder)
        check("and its deadline is told", done.returncode == 0 and "closes" in done.stdout
              or "closed" in done.stdout, done.stdout + done.stderr)
        refused("a certificate that is none", 1, "certificate", "status", "--hub", url, "--ca",
                key)


def main():
    with Folder() as scratch:
        demo = demonstrated(scratch, "--exact")
        for story in (a_node_dies, two_mandates, the_hub_dies, spoiled_tables, entries_are_closed,
                      tls):
            began = time.monotonic()
            story(demo, scratch)
            print(f"# {story.__name__}: {time.monotonic() - began:.1f} s")
    finish()


main()
