"""Proofs about a log for those who do not have it: made from a folder, a mirror of static files
and a hub, checked offline, byte for byte those of the published sample log; and how the hub
serves the log's files."""
import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import threading
import urllib.request

from kit import SHEAF, Folder, Hub, check, finish, free_port, refused, sheaf

VECTORS = os.path.join(os.environ["SOURCE"], "tests", "vectors", "tlog")


def vector(name):
    with open(os.path.join(VECTORS, name), "rb") as file:
        return file.read()


def keys():
    rows = [line.split("\t") for line in vector("keys.tsv").decode().splitlines()[1:]]
    return rows[0][5], [row[5] for row in rows[1:]]


class Mirror:
    """The sample log as a server of plain files."""

    def __enter__(self):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *unused):
                pass
        handler = functools.partial(Quiet, directory=os.path.join(VECTORS, "sample-log"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *unused):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def proofs(scratch, where, name):
    log, witnesses = keys()
    out, entry = os.path.join(scratch, "proof"), os.path.join(scratch, "entry")
    for index in (0, 256, 500, 999):
        done = sheaf("log", "proof", where, index, "--out", out, "--entry-out", entry)
        made = [open(path, "rb").read() for path in (out, entry)] if done.returncode == 0 else []
        check(f"the proof of entry {index} from {name} is the published one",
              made == [vector(f"proofs/{index}.tlog-proof"), vector(f"proofs/{index}.entry")],
              done.stderr)
    done = sheaf("log", "check", out, "--entry", entry, "--vkey", log, "--witness", witnesses[0],
                 "--witness", witnesses[1], "--json")
    check("it is checked offline", done.returncode == 0
          and json.loads(done.stdout) == {"cosigned": 2, "index": 999,
                                          "origin": "sheaf.example/coop", "size": 1000,
                                          "sound": True}, done.stdout + done.stderr)
    refused("no entry beyond the log", 1, "1000 entries", "log", "proof", where, 1000)


def checks(scratch):
    log, witnesses = keys()
    proof, entry = (os.path.join(VECTORS, "proofs", "500" + end) for end in (".tlog-proof",
                                                                             ".entry"))
    flags = ["log", "check", proof, "--entry", entry]
    refused("a witness that has not cosigned", 3, "cosigned", *flags, "--vkey", log, "--witness",
            witnesses[2])
    done = sheaf(*flags, "--vkey", log, "--witness", witnesses[0], "--witness", witnesses[2],
                 "--quorum", 1)
    check("one of two is enough where it is said", done.returncode == 0 and "w1" in done.stdout,
          done.stderr)
    refused("the same witness twice", 2, "before", *flags, "--vkey", log, "--witness",
            witnesses[0], "--witness", witnesses[0])
    refused("more than there are", 2, "quorum", *flags, "--vkey", log, "--quorum", 1)
    refused("a witness's key for the log's", 2, "witness", *flags, "--vkey", witnesses[0])
    refused("another log's key", 3, "known key", *flags, "--vkey",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    refused("another entry", 3, "not number 500", "log", "check", proof, "--entry",
            os.path.join(VECTORS, "proofs", "0.entry"), "--vkey", log)
    spoiled = os.path.join(scratch, "spoiled")
    with open(spoiled, "wb") as file:
        file.write(vector("proofs/500.tlog-proof").replace(b"index 500", b"index 0500"))
    refused("a proof that is not in form", 3, "index", "log", "check", spoiled, "--entry", entry,
            "--vkey", log)
    refused("no proof at all", 1, "nothing-here", "log", "check", "nothing-here", "--entry", entry,
            "--vkey", log)


def consistency(scratch, where, name):
    log, _ = keys()
    history = os.path.join(VECTORS, "sample-log", "history", "checkpoint.")
    last = os.path.join(VECTORS, "sample-log", "checkpoint")
    for older, newer in ((history + "0", last), (history + "255", history + "257"),
                         (history + "512", last), (last, last)):
        done = sheaf("log", "consistency", older, newer, where, "--vkey", log)
        check(f"{name} shows {os.path.basename(older)} within {os.path.basename(newer)}",
              done.returncode == 0, done.stderr)
    refused("the newer one first", 1, "older one first", "log", "consistency", last, history + "1",
            where)
    forged = os.path.join(scratch, "forged")
    lines = vector("sample-log/history/checkpoint.512").split(b"\n")
    lines[2] = vector("sample-log/history/checkpoint.257").split(b"\n")[2]
    with open(forged, "wb") as file:
        file.write(b"\n".join(lines))
    refused("a checkpoint that the log's key did not sign", 3, "false", "log", "consistency",
            forged, last, where, "--vkey", log)
    refused("two histories", 3, "two histories", "log", "consistency", forged, last, where)
    refused("no accusation without a key", 2, "--vkey", "log", "consistency", forged, last, where,
            "--evidence", os.path.join(scratch, "none"))
    refused("a checkpoint of another log's history", 3, "another history", "log", "consistency",
            history + "1", forged, where)
    refused("two roots of one size", 3, "two histories", "log", "consistency", forged,
            history + "512", where)


def lost_words(where):
    """What is written to a full disk was not said; a reader who has seen enough is no failure."""
    for flags in ("show", where), ("show", where, "--json"), ("vkey", where):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SHEAF, "log", *flags], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60)
        check(f"log {flags[0]} into a full disk fails", done.returncode == 1
              and done.stderr.count("cannot write") == 1, f"{done.returncode} {done.stderr}")
    done = subprocess.run(f"{SHEAF} log show {where} --json | head -n 1", shell=True, timeout=60,
                          capture_output=True, text=True)
    check("but not into a closed pipe", done.stderr == "", done.stderr)


def headers(url, **asked):
    request_made = urllib.request.Request(url, headers=asked)
    with urllib.request.urlopen(request_made, timeout=30) as answer:
        return answer.headers, answer.read()


def served(scratch):
    coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "home")
    sheaf("found", coop, "--name", "Test Co-op", "--purpose", "to be tried", "--member", "Ada",
          "--person", "--demonstration", "--home", home)
    vkey = sheaf("log", "vkey", coop).stdout.strip()
    with Hub(coop) as hub:
        old = os.path.join(scratch, "old")
        with open(old, "wb") as file:
            file.write(hub.get("/log/checkpoint")[1])
        for name in ("Bea", "Cem"):
            sheaf("join", hub.url, "--member", name, "--person", "--home",
                  os.path.join(scratch, name))
        got, note = headers(hub.url + "/log/checkpoint")
        check("the checkpoint is text and lives for seconds",
              got["Content-Type"] == "text/plain; charset=utf-8"
              and got["Cache-Control"] == "public, max-age=1", got)
        size = int(note.split(b"\n")[1])
        got, bundle = headers(f"{hub.url}/log/tile/entries/000.p/{size}")
        check("a bundle is bytes for ever",
              got["Content-Type"] == "application/octet-stream"
              and "immutable" in got["Cache-Control"] and got["Content-Encoding"] is None, got)
        got, packed = headers(f"{hub.url}/log/tile/entries/000.p/{size}",
                              **{"Accept-Encoding": "gzip"})
        check("in gzip for those who take it", got["Content-Encoding"] == "gzip"
              and len(packed) < len(bundle) and gzip.decompress(packed) == bundle, got)
        got, tile = headers(f"{hub.url}/log/tile/0/000.p/{size}")
        check("a tile is hashes", len(tile) == 32 * size and "immutable" in got["Cache-Control"],
              got)
        check("an older, narrower tile is its beginning",
              hub.get("/log/tile/0/000.p/1")[1] == tile[:32])
        check("a wider one is not there", hub.get(f"/log/tile/0/000.p/{size + 1}")[0] == 404)
        api = json.loads(hub.get(f"/api/v1/log/consistency?from=1&to={size}")[1])
        check("consistency over HTTP", api["from"] == 1 and api["to"] == size
              and api["root_from"] == tile[:32].hex() and api["hashes"], api)
        for query, status in (("from=1&to=99", 404), ("from=3&to=2", 404), ("from=x", 400)):
            check(f"consistency of {query} is answered {status}",
                  hub.get("/api/v1/log/consistency?" + query)[0] == status)
        check("a proof of nothing is refused", hub.get("/api/v1/log/proof")[0] == 400)
        new, proof = os.path.join(scratch, "new"), os.path.join(scratch, "live-proof")
        with open(new, "wb") as file:
            file.write(note)
        done = sheaf("log", "consistency", old, new, hub.url, "--vkey", vkey)
        check("the hub's log begins with its older self", done.returncode == 0, done.stderr)
        entry = os.path.join(scratch, "live-entry")
        done = sheaf("log", "proof", hub.url, 1, "--out", proof, "--entry-out", entry)
        done = sheaf("log", "check", proof, "--entry", entry, "--vkey", vkey)
        check("a proof from the hub", done.returncode == 0, done.stderr)
        check("the same proof on standard output",
              sheaf("log", "proof", hub.url, 1).stdout.encode() == open(proof, "rb").read())
        check("and the entry", sheaf("log", "entry", hub.url, 1).stdout.strip().encode()
              == open(entry, "rb").read())
        refused("no entry beyond the log", 1, "entries", "log", "entry", hub.url, 4000)
    refused("a hub that is gone", 1, "is it running there?", "log", "proof", hub.url, 0)
    refused("a folder without a log", 1, "holds no log", "log", "proof", scratch, 0)


def rude(scratch):
    """What a hub says is quoted in one line of plain text, whatever it is."""
    class Rude(http.server.BaseHTTPRequestHandler):
        said = "\x1b[31mred\nsheaf: all is well\u202e " + 300 * "\u00e9"

        def do_GET(self):
            body = json.dumps({"error": {"message": self.said, "status": 500}}).encode()
            self.send_response(500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *unused):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rude)
    threading.Thread(target=server.serve_forever).start()
    url = f"http://127.0.0.1:{server.server_port}"
    for command in (("verify", url), ("status", "--hub", url), ("round", "verify", 3, url)):
        done = sheaf(*command)
        check(f"{command[0]} quotes a rude hub in one line", done.returncode == 1
              and "?[31mred?sheaf" in done.stderr and done.stderr.count("\n") == 1
              and done.stderr.rstrip("\n").isprintable(), repr(done.stderr))
        done = sheaf(*command, "--json")
        check("and as JSON", done.returncode == 1
              and "?[31mred?sheaf" in json.loads(done.stdout)["error"], repr(done.stdout))
    server.shutdown()
    server.server_close()


def fork(scratch):
    """The hub's folder is copied, and both copies go on under the same keys."""
    coop, home, b = (os.path.join(scratch, name) for name in ("f", "f-home", "f-bea"))
    port = free_port()
    sheaf("found", coop, "--name", "Forked", "--purpose", "to be tried", "--member", "Ada",
          "--person", "--demonstration", "--home", home, "--hub", f"http://127.0.0.1:{port}")
    vkey = sheaf("log", "vkey", coop).stdout.strip()
    with Hub(coop, port) as hub:
        index = json.loads(sheaf("join", hub.url, "--member", "Bea", "--person", "--home", b,
                                 "--json").stdout)["index"]
        sheaf("member", "admit", "--home", home, "--member", index)
        done = sheaf("status", "--home", b)
        check("Bea follows", done.returncode == 0, done.stderr)
    other = os.path.join(scratch, "f2")
    shutil.copytree(coop, other)
    with Hub(coop, port):
        sheaf("motion", "open", "--home", home, "--title", "What Bea sees")
        done = sheaf("status", "--home", b)
        check("Bea sees one history", done.returncode == 0, done.stderr)
    lost_words(coop)
    refused("a folder that is no home has no say", 1, "not a member's home", "log", "evidence",
            "--home", os.path.join(scratch, "nobody"))
    done = sheaf("log", "evidence", "--home", b)
    check("there is no evidence", done.returncode == 0 and "never" in done.stdout, done.stderr)
    with Hub(other, port):
        done = sheaf("status", "--home", b)
        check("a restored, older folder is not followed", done.returncode == 1
              and "older than the" in done.stderr, done.stderr)
        # Ada as the other history has her: without her copy of the first one.
        twin = home + "2"
        shutil.copytree(home, twin, ignore=shutil.ignore_patterns("log", "journal"))
        for title in ("Another history", "that is longer"):
            sheaf("motion", "open", "--home", twin, "--title", title)
        refused("Bea's node stops at another one", 3, "another history", "node", "--home", b)
        refused("and stays so", 3, "two histories", "status", "--home", b)
    first, second = (os.path.join(folder, "log", "checkpoint") for folder in (coop, other))
    proof = os.path.join(scratch, "found")
    refused("whoever holds both checkpoints finds it too", 3, "two histories", "log",
            "consistency", first, second, other, "--vkey", vkey, "--evidence", proof)
    done = sheaf("log", "evidence", proof, "--vkey", vkey)
    check("and can prove it", done.returncode == 3 and "Two histories" in done.stdout,
          done.stdout + done.stderr)
    proof = os.path.join(scratch, "evidence")
    done = sheaf("log", "evidence", "--home", b, "--out", proof)
    check("the evidence is shown", done.returncode == 3 and "Two histories" in done.stdout,
          done.stdout + done.stderr)
    done = sheaf("log", "evidence", proof, "--vkey", vkey, "--json")
    check("anybody can check it", done.returncode == 3
          and json.loads(done.stdout)["two_histories"] is True, done.stdout + done.stderr)
    refused("but only with the log's key", 1, "proves nothing", "log", "evidence", proof, "--vkey",
            keys()[0])
    refused("which must be given", 2, "--vkey", "log", "evidence", proof)
    text = open(proof, encoding="utf-8").read()
    for name, spoiled in (("a changed root", text.replace("root ", "root A", 1)),
                          ("half of it", text[:len(text) // 2]), ("nothing", "")):
        with open(proof, "w", encoding="utf-8") as file:
            file.write(spoiled)
        refused(f"{name} proves nothing", 1, "proves nothing", "log", "evidence", proof, "--vkey",
                vkey)


def main():
    with Folder() as scratch:
        folder = os.path.join(scratch, "sample")
        shutil.copytree(os.path.join(VECTORS, "sample-log"), os.path.join(folder, "log"))
        shutil.rmtree(os.path.join(folder, "log", "history"))
        proofs(scratch, folder, "a folder")
        checks(scratch)
        consistency(scratch, folder, "a folder")
        with Mirror() as url:
            proofs(scratch, url, "a mirror")
            consistency(scratch, url, "a mirror")
        rude(scratch)
        served(scratch)
        fork(scratch)
    finish()


main()
