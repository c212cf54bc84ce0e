"""A hub and three witnesses, two of which must cosign: what is served, what is shown, what a
deadline carries, and what happens when witnesses are away."""
import hashlib
import http.server
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

from kit import SHEAF, Folder, Hub, check, finish, free_port, refused, request, sheaf, until

QUORUM = 2
PATIENCE_S = 2  # instead of five minutes
NAMES = ("example.org/w0", "example.org/w1", "example.org/w2", "example.org/away")


class Witness:
    """`sheaf witness` on a folder, at the port that the bylaws name."""

    def __init__(self, folder, port, log, *options):
        self.folder, self.port, self.log, self.options = folder, port, log, options
        self.url = f"http://127.0.0.1:{port}"
        self.errors = open(folder + ".txt", "a")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [SHEAF, "witness", self.folder, "--log", self.log, "--port", str(self.port), "--json",
             *self.options], stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        return json.loads(line) if line else {}

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def close(self):
        self.stop()
        self.errors.close()


def bylaws(scratch, keys, ports):
    """The demonstration's, with witnesses, as a file."""
    trial = os.path.join(scratch, "trial")
    sheaf("found", trial, "--name", "Trial", "--purpose", "x", "--member", "x", "--person",
          "--demonstration", "--home", os.path.join(scratch, "trial-home"))
    entry = json.loads(sheaf("log", "entry", trial, "0").stdout)
    document = entry["act"]["what"]["bylaws"]
    document["witnesses"].update(quorum=QUORUM, list=[
        {"name": key["name"], "public_key": key["public_key"], "url": f"http://127.0.0.1:{port}"}
        for key, port in zip(keys, ports)])
    path = os.path.join(scratch, "bylaws.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return path


def make_keys(scratch):
    keys = []
    for i, name in enumerate(NAMES):
        done = sheaf("witness", "vkey", os.path.join(scratch, f"w{i}"), "--name", name, "--json")
        keys.append(json.loads(done.stdout))
    again = sheaf("witness", "vkey", os.path.join(scratch, "w0"), "--json")
    check("a witness has its key before its first log",
          json.loads(again.stdout) == keys[0] and keys[0]["vkey"].startswith(NAMES[0] + "+"))
    fresh = os.path.join(scratch, "fresh")
    refused("a name that is none makes no folder", 1, "white space", "witness", "vkey", fresh,
            "--name", "bad name")
    check("nothing is left of it", not os.path.exists(fresh))
    refused("and its name for ever", 1, "never changes", "witness", "vkey",
            os.path.join(scratch, "w0"), "--name", "other")
    nameless = os.path.join(scratch, "nameless")
    refused("a bad name makes no folder", 1, "not named", "witness", "vkey", nameless, "--name",
            "a b")
    check("nor leaves one", not os.path.exists(nameless))
    open(os.path.join(scratch, "nothing"), "w", encoding="utf-8").close()
    refused("a list must name a log", 1, "names no log", "witness", nameless, "--logs",
            os.path.join(scratch, "nothing"))
    return keys


def witnesses(hub):
    return json.loads(hub.get("/api/v1/witnesses")[1])


def lines_of(note):
    return [line.split(" ")[1] for line in note.decode().split("\n\n", 1)[1].splitlines()]


def cosigned(hub, names):
    note = hub.get("/log/checkpoint")[1]
    return set(names) <= set(lines_of(note)) and note


def served(hub, coop, running):
    names = [NAMES[i] for i in range(len(running))]
    note = until(lambda: cosigned(hub, names))
    check("the checkpoint is served with three cosignatures", note,
          hub.get("/log/checkpoint")[1].decode())
    check("and stands so in the folder",
          until(lambda: open(os.path.join(coop, "log", "checkpoint"), "rb").read() == note))
    shown = witnesses(hub)
    away = shown["witnesses"][3]
    check("the witness that is away is shown with its trouble",
          shown["quorum"] == QUORUM and away["size"] == 0 and "trouble" in away, str(shown))
    check("the newest witnessed checkpoint is kept",
          until(lambda: witnesses(hub)["witnessed"] == hub.size()) and
          os.path.exists(os.path.join(coop, "witnessed", "checkpoint")), str(witnesses(hub)))
    done = sheaf("status", "--hub", hub.url)
    check("status tells of witnesses", f"witnessed  {hub.size()} entries" in done.stdout
          and NAMES[3] + ": 0 entries, never; " in done.stdout, done.stdout + done.stderr)
    status, kept = hub.get("/witnessed/checkpoint")
    check("and served", status == 200 and set(lines_of(kept)) & set(names), kept.decode())
    copy = coop + "-copy"
    done = sheaf("backup", coop, copy)
    check("and in a backup", done.returncode == 0 and
          os.path.exists(os.path.join(copy, "witnessed", "checkpoint")), done.stderr)


def act(home, hub, *flags):
    done = sheaf(*flags, "--home", home, "--hub", hub.url, "--json")
    if done.returncode != 0:
        raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)["index"]


def motion(home, hub):
    """Opens a motion and casts the one vote; its entry."""
    index = act(home, hub, "motion", "open", "--title", "Shall we?")
    act(home, hub, "ballot", "cast", "--motion", index, "--choice", "yes")
    return index


def state_of(hub, index):
    rows = json.loads(hub.get("/api/v1/state/motion")[1])["rows"]
    return next(row["state"] for row in rows if row["id"] == index)


def tick_of(coop, index):
    """The clock.tick that settled the motion."""
    done = sheaf("log", "show", coop, "--json")
    for line in done.stdout.splitlines():
        entry = json.loads(line)["entry"]["act"]
        if entry["kind"] == "clock.tick" and entry["what"]["of"] == index:
            return entry["what"]
    return None


def settled(home, hub, coop, name):
    index = motion(home, hub)
    done = until(lambda: state_of(hub, index) != "open", 40)
    tick = tick_of(coop, index)
    rows = json.loads(hub.get("/api/v1/state/motion")[1])["rows"]
    closes = next(row["closes"] for row in rows if row["id"] == index)
    evidence = (tick or {}).get("evidence", {})
    times = [cosignature["time"] for cosignature in evidence.get("cosignatures", [])]
    check(name, done and len(times) >= QUORUM and all(t * 1000 >= closes for t in times)
          and not tick["unwitnessed"], f"{tick} closes {closes}")


def witness_away(home, hub, coop, running):
    """One of three is killed: two are enough. Two are: nothing is witnessed until one is back."""
    running[2].stop(signal.SIGKILL)
    settled(home, hub, coop, "with one witness dead a motion settles")
    running[1].stop(signal.SIGKILL)
    before = hub.size()
    index = motion(home, hub)
    time.sleep(2.5)
    check("with two dead the deadline waits", state_of(hub, index) == "open")
    check("but entries are published without delay", hub.size() >= before + 2)
    check("and what is witnessed stays behind", witnesses(hub)["witnessed"] < hub.size())
    refused("until it is settled acts are refused with the reason", 4, "deadline", "motion",
            "open", "--title", "Another", "--home", home, "--hub", hub.url)
    running[1].start()
    check("when one is back, it settles", until(lambda: state_of(hub, index) == "adopted", 40),
          str(witnesses(hub)))
    running[2].start()
    check("and the other catches up from where it was",
          until(lambda: cosigned(hub, NAMES[:3]), 40), str(witnesses(hub)))
    check("all is witnessed again", until(lambda: witnesses(hub)["witnessed"] == hub.size()))


def sound(hub, coop, running):
    done = sheaf("verify", hub.url)
    check("verify over HTTP finds it sound", done.returncode == 0, done.stderr + done.stdout)
    mirrored = os.path.join(running[0].folder, mirror_name(running[0]))
    done = sheaf("verify", mirrored)
    check("so it does in the mirror of a witness", done.returncode == 0, done.stderr + done.stdout)
    entry = request("GET", f"{running[0].url}/{mirror_name(running[0])}/checkpoint")[1]
    done = sheaf("log", "proof", f"{running[0].url}/{mirror_name(running[0])}", 0)
    check("and proofs come from its address", done.returncode == 0 and
          done.stdout.startswith("c2sp.org/tlog-proof"), done.stdout + done.stderr)
    check("which serves what it cosigned", NAMES[0] in lines_of(entry), entry.decode())


class Censor:
    """The hub's public address: whatever opens a motion is dropped, the rest goes through."""

    def __init__(self, port, hub):
        outer = self
        self.drops = True

        class Handler(http.server.BaseHTTPRequestHandler):
            def relay(self, body=None):
                headers = {name: self.headers[name] for name in ("Content-Type", "Sheaf-Request")
                           if self.headers[name]}
                asked = urllib.request.Request(hub + self.path, data=body, method=self.command,
                                               headers=headers)
                try:
                    with urllib.request.urlopen(asked, timeout=30) as answer:
                        status, kind, data = answer.status, answer.headers["Content-Type"], \
                            answer.read()
                except urllib.error.HTTPError as error:
                    status, kind, data = error.code, error.headers["Content-Type"], error.read()
                self.send_response(status)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                self.relay()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.drops and b'"kind":"motion.open"' in body:
                    self.send_error(503)
                else:
                    self.relay(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def relayed(home, hub, witness, *flags):
    done = sheaf(*flags, "--home", home, "--hub", hub, "--relay", witness.url, "--json")
    return done, json.loads(done.stdout or "{}")


def censored(scratch, home, hub, port, running):
    """The witnesses know the hub by an address that drops motions."""
    public = f"http://127.0.0.1:{port}"
    censor = Censor(port, hub.url)
    done, said = relayed(home, public, running[0], "motion", "open", "--title", "Dropped")
    kept = said.get("relayed", "")
    check("a dropped act waits at a witness, with a receipt",
          done.returncode == 0 and os.path.exists(kept), done.stderr + done.stdout)
    refused("it is too early to say that it was dropped", 1, "too early", "log", "dropped", kept,
            hub.url)
    before = witnesses(hub)["witnesses"][0]["size"]
    time.sleep(PATIENCE_S)
    sheaf("join", hub.url, "--member", "Ben", "--person", "--home", os.path.join(scratch, "ben"))
    shown = until(lambda: "withheld" in witnesses(hub)["witnesses"][0].get("trouble", "") and
                  witnesses(hub))
    check("the witness withholds its cosignature", shown and
          shown["witnesses"][0]["size"] == before, str(witnesses(hub)))
    check("others, who were not asked to relay, do not",
          until(lambda: witnesses(hub)["witnesses"][1]["size"] == hub.size()))
    until(lambda: witnesses(hub)["witnessed"] == hub.size())
    done = sheaf("log", "dropped", kept, hub.url, "--patience", 1, "--json")
    check("the member can show that the act was dropped", done.returncode == 3 and
          json.loads(done.stdout)["dropped"], done.stdout + done.stderr)
    sheaf("status", "--home", home)
    for where in os.path.join(scratch, "coop"), home:
        refused("so it can from a folder", 3, "dropped", "log", "dropped", kept, where,
                "--patience", 1, "--checkpoint",
                os.path.join(scratch, "coop", "witnessed", "checkpoint"))
    spoiled = os.path.join(scratch, "spoiled.json")
    with open(kept, encoding="utf-8") as file, open(spoiled, "w", encoding="utf-8") as other:
        other.write(file.read().replace('"at":1', '"at":2', 1))
    refused("not with an act that was changed", 1, "another act", "log", "dropped", spoiled,
            hub.url)
    refused("nor with something else", 1, "", "log", "dropped",
            os.path.join(scratch, "bylaws.json"), hub.url)
    censor.drops = False
    check("once the hub takes it, the witness cosigns again", until(
        lambda: witnesses(hub)["witnesses"][0]["size"] == hub.size(), 40), str(witnesses(hub)))
    done = sheaf("log", "dropped", kept, hub.url, "--json")
    check("and nothing was dropped", done.returncode == 0 and
          not json.loads(done.stdout)["dropped"], done.stdout + done.stderr)
    done, said = relayed(home, public, running[0], "ballot", "cast", "--motion", 0, "--choice",
                         "yes")
    check("what the hub refuses is told as refused", done.returncode == 4 and
          said.get("refusal") == "no_such_motion", done.stdout + done.stderr)
    done = sheaf("join", public, "--member", "Cy", "--person", "--home",
                 os.path.join(scratch, "cy"), "--relay", running[0].url, "--json")
    check("one can apply through a witness", done.returncode == 0 and
          "index" in json.loads(done.stdout), done.stdout + done.stderr)
    done, said = relayed(home, f"http://127.0.0.1:{free_port()}", running[0], "motion", "open",
                         "--title", "Shut out")
    check("a member whom the hub does not answer at all is heard through a witness",
          done.returncode == 0 and "index" in said, done.stdout + done.stderr)
    censor.close()


def refused_before_the_first(scratch, hub, coop, public, port):
    """A stranger's act waits at a witness that has cosigned nothing of the log yet: the hub
    refuses it, and whose key that is stands on the very tree that is to be cosigned."""
    fresh = Witness(os.path.join(scratch, "fresh"), free_port(), public, "--patience",
                    str(PATIENCE_S))
    fresh.start()
    kept = json.loads(sheaf("log", "entry", coop, 0).stdout)
    body = json.dumps({"act": kept["act"], "sig": "A" * 86, "texts": {}}, separators=(",", ":"))
    origin = kept["act"]["what"]["origin"]
    name = hashlib.sha256(origin.encode()).hexdigest()
    censor = Censor(port, hub.url)
    try:
        status, answer = request("POST", f"{fresh.url}/relay/{name}", body.encode())
        check("anybody may have an act relayed", status == 200, answer)
        time.sleep(PATIENCE_S + 1)
        note = request("GET", f"{hub.url}/log/checkpoint")[1]
        status, answer = request("POST", f"{fresh.url}/add-checkpoint", b"old 0\n\n" + note)
        check("what the hub refuses does not keep a new witness from cosigning", status == 200,
              answer)
        act = hashlib.sha256(json.dumps(kept["act"], separators=(",", ":")).encode()).hexdigest()
        check("and is told as refused",
              request("GET", f"{fresh.url}/relay/{name}/{act}")[0] == 422)
    finally:
        censor.close()
        fresh.close()


def policy(scratch, hub, log, keys):
    """An offline proof that is judged by a policy of witnesses."""
    proof, entry, path = (os.path.join(scratch, name) for name in ("0.tlog-proof", "0", "policy"))
    done = sheaf("log", "proof", hub.url, 0, "--out", proof, "--entry-out", entry)
    for need, code in (2, 0), ("all", 3):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"log {log}\n")
            file.writelines(f"witness w{i} {key['vkey']}\n" for i, key in enumerate(keys))
            file.write(f"group g {need} w0 w1 w2 w3\nquorum g\n")
        check_done = sheaf("log", "check", proof, "--entry", entry, "--policy", path)
        check(f"a policy of {need} of 4 witnesses is judged", check_done.returncode == code,
              done.stderr + check_done.stdout + check_done.stderr)


def mirror_name(witness):
    return next(name for name in os.listdir(witness.folder) if len(name) == 64)


def main():
    with Folder() as scratch:
        coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "ada")
        hub_port, public_port = free_port(), free_port()
        ports = [free_port() for _ in NAMES]
        keys = make_keys(scratch)
        done = sheaf("found", coop, "--bylaws", bylaws(scratch, keys, ports), "--member", "Ada",
                     "--person", "--home", home, "--hub", f"http://127.0.0.1:{hub_port}")
        check("bylaws can name witnesses", done.returncode == 0, done.stderr)
        log = f"{sheaf('log', 'vkey', coop).stdout.strip()}=http://127.0.0.1:{hub_port}/log"
        public = log.replace(str(hub_port), str(public_port))
        running = [Witness(os.path.join(scratch, f"w{i}"), ports[i], log,
                           *(["--mirror"] if i == 0 else [])) for i in range(3)]
        try:
            said = [witness.start() for witness in running]
            check("witnesses say their keys",
                  [line.get("vkey") for line in said] == [key["vkey"] for key in keys[:3]])
            with Hub(coop, hub_port) as hub:
                served(hub, coop, running)
                settled(home, hub, coop, "a motion settles with two cosignatures of its deadline")
                witness_away(home, hub, coop, running)
                sound(hub, coop, running)
                policy(scratch, hub, log.split("=http")[0], keys)
                running[0].stop()
                running[0].log = public
                running[0].options = ("--patience", str(PATIENCE_S))
                running[0].start()
                censored(scratch, home, hub, public_port, running)
                refused_before_the_first(scratch, hub, coop, public, public_port)
            with Hub(coop, hub_port) as hub:
                check("a hub that restarts is cosigned again",
                      until(lambda: cosigned(hub, NAMES[:3]), 40), str(witnesses(hub)))
        finally:
            for witness in running:
                witness.close()
    finish()


main()
