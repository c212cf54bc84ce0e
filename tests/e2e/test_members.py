"""A co-op by hand: founding, joining, acts from the command line; and nonsense, each with its
own sentence and no trace on the log."""
import json
import os
import socket
import subprocess
import time

from kit import Folder, Hub, check, finish, free_port, refused, request, sheaf, until

PORT = free_port()


def found(scratch):
    coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "a")
    done = sheaf("found", coop, "--name", "Test Co-op", "--purpose", "to be tried", "--member",
                 "Ada", "--person",
                 "--demonstration", "--home", home, "--hub", f"http://127.0.0.1:{PORT}")
    check("found makes a co-op", done.returncode == 0 and "sheaf serve" in done.stdout, done.stderr)
    refused("found does not take a folder that is filled", 1, "already", "found", coop, "--name",
            "x", "--purpose", "y",
            "--member", "z", "--home", os.path.join(scratch, "z"))
    refused("found does not take a home that belongs to a co-op", 1, "already", "found",
            os.path.join(scratch, "c2"),
            "--name", "x", "--purpose", "y", "--member", "z", "--home", home)
    refused("found wants a name", 2, "--member", "found", os.path.join(scratch, "c3"))
    no_trace(scratch, coop)
    return coop, home


def no_trace(scratch, coop):
    """What is refused leaves no key, no folder, and nothing else changed."""
    fresh, taken = os.path.join(scratch, "new", "deep", "home"), os.path.join(scratch, "taken")
    check("a founding into a filled folder left no home",
          not os.path.exists(os.path.join(scratch, "z")))
    bylaws = os.path.join(scratch, "bylaws.json")
    with open(bylaws, "w", encoding="utf-8") as file:
        file.write('{"name":"no articles"}')
    os.makedirs(taken)
    with open(os.path.join(taken, "heart.csv"), "w", encoding="utf-8") as file:
        file.write("mine")
    nowhere = f"http://127.0.0.1:{free_port()}"
    for home in fresh, taken:
        refused("found refuses bylaws that are none", 1, "", "found", os.path.join(scratch, "c4"),
                "--bylaws", bylaws, "--member", "z", "--home", home)
        refused("found refuses a filled folder", 1, "already", "found", coop, "--name", "x",
                "--purpose", "y", "--member", "z", "--home", home)
        refused("join at a hub that is not there", 1, "", "join", nowhere, "--member", "z",
                "--home", home)
    check("no new home is left", not os.path.exists(os.path.join(scratch, "new"))
          and not os.path.exists(os.path.join(scratch, "c4")), str(os.listdir(scratch)))
    check("a folder that was there holds what it held", os.listdir(taken) == ["heart.csv"],
          str(os.listdir(taken)))


def refused_join(scratch, hub, home):
    """A refused application leaves nothing; one with a home of its own leaves it as it was."""
    path, fresh = os.path.join(home, "home.json"), os.path.join(scratch, "fresh")
    refused("a class that there is not", 4, "class", "join", hub.url, "--member", "z", "--class",
            5, "--home", fresh)
    for name, words in (("", "1 to 200 bytes"), ("z" * 201, "1 to 200 bytes"),
                        ("z\x1b[2J", "control characters")):
        refused("a name that is none", 1, words, "join", hub.url, "--member", name, "--home",
                fresh)
    check("a refused application leaves no home", not os.path.exists(fresh))
    with open(path, "rb") as file:
        saved = file.read()
    refused("join does not follow a hub that is not there", 1, "", "join",
            f"http://127.0.0.1:{free_port()}", "--member", "z", "--home", home)
    refused("a member does not join twice", 4, "", "join", hub.url, "--member", "z", "--home",
            home)
    with open(path, "rb") as file:
        check("the home is as it was", file.read() == saved
              and os.path.exists(os.path.join(home, "keys", "member.key")))


def join(scratch, hub, name):
    home = os.path.join(scratch, name)
    done = sheaf("join", hub.url, "--member", name, "--person", "--home", home, "--json")
    index = json.loads(done.stdout)["index"] if done.returncode == 0 else None
    check(f"{name} applies", index is not None, done.stderr)
    return home, index


def decide(hub, homes, title, effect):
    done = sheaf("motion", "open", "--home", homes[0], "--title", title, "--effect", "-", "--json",
                 stdin=json.dumps(effect))
    if done.returncode:
        return done, None
    motion = json.loads(done.stdout)["index"]
    for home in homes:
        sheaf("ballot", "cast", "--home", home, "--motion", motion, "--choice", "yes")

    def seen():
        return json.loads(hub.get(f"/api/v1/motions/{motion}")[1])

    until(lambda: seen()["motion"]["state"] != "open")
    return done, seen()


def acts_from(hub, size):
    """The kinds of the acts that were entered from there on, but for deadlines that passed
    meanwhile."""
    entries = json.loads(hub.get(f"/api/v1/log/entries?from={size}&count=256")[1])["entries"]
    kinds = [entry["entry"]["act"]["kind"] for entry in entries]
    return [kind for kind in kinds if kind != "clock.tick"]


def completion():
    """Words that bash offers, and usage lines that fit a terminal."""
    script = sheaf("completion").stdout + """
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sheaf; echo "${COMPREPLY[*]}"; }
try sheaf data c
try sheaf consent grant --pur
try sheaf consent grant --purpose c
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    check("bash offers commands, options and choices",
          done.stdout == "check commit\n--purpose\ncare\n", done.stdout + done.stderr)
    usage = sheaf("help", "mandate.grant").stdout.split("\n\n")[0].splitlines()
    check("usage lines fit 100 columns", max(map(len, usage)) <= 100, str(usage))


def members(scratch, hub, home):
    refused_join(scratch, hub, home)
    b, b_index = join(scratch, hub, "Bea")
    c, c_index = join(scratch, hub, "Cem")
    refused("an applicant cannot act", 4, "member", "motion", "open", "--home", b, "--title",
            "Hello")
    for index in (b_index, c_index):
        done = sheaf("member", "admit", "--home", home, "--member", index)
        check("the founder approves", done.returncode == 0, done.stderr)
    done = sheaf("member", "admit", "--home", b, "--member", c_index)
    check("a second approval is taken where it is needed", done.returncode in (0, 4), done.stderr)
    refused("the same approval twice", 4, "", "member", "admit", "--home", home, "--member",
            c_index)
    refused("an application that was admitted", 4, "already", "member", "admit", "--home",
            home, "--member", 0)
    done = sheaf("motion", "open", "--home", home, "--title", "Tea at four", "--dry-run")
    size = hub.size()
    check("a dry run enters nothing", done.returncode == 0 and hub.size() == size, done.stderr)
    return b, c


def shown(hub, homes, amendment):
    """A motion in words, from a home and from the hub's folder, settled and open."""
    for where in (["--home", homes[0]], [hub.folder]):
        done = sheaf("motion", "show", amendment, *where)
        words = done.stdout
        check("a settled motion is shown", done.returncode == 0 and "A new name" in words
              and "changes article 1, Name, form and purpose" in words
              and "adopted, and its effect took place" in words, words + done.stderr)
    for _ in range(5):  # it is open for two seconds, which may be short on a busy machine
        done = sheaf("motion", "open", "--home", homes[0], "--title", "Tea at four",
                     "--reason", "thirst", "--json")
        index = json.loads(done.stdout)["index"]
        sheaf("ballot", "cast", "--home", homes[0], "--motion", index, "--choice", "abstain")
        words = sheaf("motion", "show", index, "--home", homes[0]).stdout
        if "with these votes it" in words:
            break
    check("an open motion is shown", "title      Tea at four\n" in words
          and "reason     thirst\n" in words and "a resolution" in words
          and "0 for, 0 against, 1 blank" in words and "with these votes it" in words, words)
    done = sheaf("motion", "show", index, hub.folder, "--json")
    show = json.loads(done.stdout)
    check("and as data", show["motion"]["abstain"] == 1 and show["effect"] is None
          and show["standing"]["turnout"] == 1 and show["reason"] == "thirst"
          and show["rule"]["sort"] == "ordinary", done.stdout + done.stderr)
    refused("an entry that opened no motion", 1, "opened no motion", "motion", "show", 0,
            hub.folder)
    refused("what is no entry", 2, "not “x”", "motion", "show", "x", hub.folder)


def votes(hub, homes):
    done, motion = decide(hub, homes, "A name for us", {
        "kind": "rules.adopt", "what": {"revision": 2}})
    check("a revision that this program does not know is not ordered",
          done.returncode == 4 and "revision" in done.stdout,
          done.stderr)
    bylaws = json.loads(sheaf("log", "entry", hub.folder, 0).stdout)["act"]["what"]["bylaws"]
    changed = dict(bylaws, purpose=dict(bylaws["purpose"], name="Tested Co-op"))
    done, motion = decide(hub, homes, "A new name", {"kind": "bylaws.amend", "what": {"base": 0,
            "text": changed}})
    check("an amendment is adopted", motion and motion["motion"]["state"] == "adopted",
          done.stderr + str(motion))
    shown(hub, homes, motion["motion"]["id"])
    refused("a ballot after closing", 4, "closed", "ballot", "cast", "--home", homes[0], "--motion",
            motion["motion"]["id"], "--choice", "no")
    surplus = dict(bylaws, surplus=dict(bylaws["surplus"], reserve_bp=5000))
    done, _ = decide(hub, homes, "More than all", {"kind": "bylaws.amend", "what": {
        "base": motion["motion"]["decided"], "text": surplus}})
    check("a motion whose effect could not take effect",
          done.returncode == 4 and "10,000" in done.stdout, done.stderr)
    done, _ = decide(hub, homes, "Train", {"kind": "mandate.grant", "what": {
        "attest_min": 3, "cohort_min": 3, "datasets": [{"dataset": 1}], "duration_s": 60,
        "learning": {"batch": 8, "local_steps": 1, "rate_millionths": 1,
                     "seed": 1}, "model": 1, "purpose": "care",
        "release": "exact_sum", "rounds_max": 5}})
    check("a mandate for a model that there is not",
          done.returncode == 4 and "no such model" in done.stdout, done.stderr)


def data(scratch, homes):
    file = os.path.join(scratch, "mine.csv")
    with open(file, "w", encoding="utf-8") as out:
        out.write("a,b\n1,2\n")
    refused("nothing is registered yet to compare with", 1, "salt", "data", "check", file,
            "--home", homes[0])
    refused("a file that is not there", 1, "gone.csv", "data", "commit",
            os.path.join(scratch, "gone.csv"), "--home", homes[0])
    refused("a folder that is no home", 1, "sheaf join", "data", "commit", file, "--home", scratch)
    with open(os.path.join(scratch, "odd.csv"), "w", encoding="utf-8") as out:
        out.write("a,b\n1,2\n1,2,3\n")
    refused("a row of another form is told before others rely on it", 1, "line 3", "data", "commit",
            os.path.join(scratch, "odd.csv"), "--home", homes[0])
    done = sheaf("data", "commit", file, "--home", homes[0])
    again = json.loads(sheaf("data", "commit", file, "--home", homes[0], "--json").stdout)
    check("a commitment is 64 digits, another each time", len(done.stdout) == 65
          and int(done.stdout, 16) and again["commitment"] != done.stdout.strip(), done.stderr)
    done = sheaf("dataset", "register", "--home", homes[0], "--title", "Mine", "--records", 1,
                 "--schema", "s", "--licence", "CC0-1.0", "--subjects", "none",
                 "--groups", "a=2,a=1", "--commitment", done.stdout.strip(), "--json")
    dataset = json.loads(done.stdout)["index"]
    done = sheaf("data", "check", file, "--home", homes[0], "--json")
    check("the file is the registered one", done.returncode == 0
          and json.loads(done.stdout) == {"dataset": dataset, "models": []},
          done.stdout + done.stderr)
    sheaf("model", "register", "--home", homes[0], "--title", "B from a", "--schema", "s",
          "--label", "b", "--kind", "logistic", "--features", '[{"column":"a"}]', "--json")
    done = sheaf("data", "check", file, "--home", homes[0])
    check("one record has one label, and is for training or held out; more is not said of it",
          done.returncode == 0 and "look at a" not in done.stdout
          and "look at b: it is the same in all records" in done.stdout
          and "it adds nothing to " in done.stdout, done.stdout + done.stderr)
    done = sheaf("data", "check", file, "--home", homes[0], "--json")
    seen = json.loads(done.stdout)["models"]
    check("and a program is told so", [m["release"] for m in seen] == ["noised", "exact_sum"]
          and all(m["constant"] == [] and m["one_label"] and m["tells_label"] == []
                  and m["no_test"] != m["no_training"] for m in seen), done.stdout + done.stderr)
    check("and which groups of the sheet have held-out records", all(
        [(g["column"], g["level"], g["held_out"]) for g in m["groups"]]
        == [("a", 1, int(not m["no_test"])), ("a", 2, 0)] for m in seen), done.stdout)
    with open(file, "a", encoding="utf-8") as out:
        out.write("3,4\n")
    refused("a file that changed is not", 3, "not what was registered", "data", "check", file,
            "--home", homes[0])
    until = int(time.time() * 1000) + 3600000
    refused("consent for another member's data", 4, "another member", "consent", "grant", "--home",
            homes[1], "--dataset",
            dataset, "--purpose", "care", "--until", until)
    refused("consent that has ended already", 4, "over already", "consent", "grant", "--home",
            homes[0], "--dataset", dataset, "--purpose", "care", "--until", 1)
    refused("a choice that there is not", 2, "care", "consent", "grant", "--home", homes[0],
            "--dataset", dataset,
            "--purpose", "fun", "--until", until)
    done = sheaf("key", "admit", "--home", homes[0], "--public-key",
                 "A" * 43, "--scopes.vote", "--json")
    check("a key that is none", done.returncode == 4 and "Ed25519" in done.stdout + done.stderr,
          done.stdout + done.stderr)


def nonsense(hub):
    size = hub.size()
    good = json.loads(hub.get("/api/v1/log/entries?from=1&count=1")[1])["entries"][0]["entry"]

    def post(name, body, words, status=400):
        text = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True,
                separators=(",", ":")).encode()
        got, answer = request("POST", hub.url + "/api/v1/acts", text)
        check("refused: " + name, got == status and words in answer.decode(),
              f"{got} {answer[:300]}")

    act, sig = good["act"], good["sig"]

    def change(**changes):
        return {"act": dict(act, **changes), "sig": sig, "texts": {}}

    post("not JSON", b"hello", "byte 0")
    post("not canonical", b'{ "act": 1}', "byte")
    post("an unknown kind", change(kind="coop.conquer"), "kind")
    post("a wrong type", change(seq="1"), "seq")
    post("an unknown field", change(what=dict(act["what"], extra=1)), "extra")
    post("a replayed act", {"act": act, "sig": sig, "texts": {}}, "in use", 422)
    forged = dict(act, at=act["at"] + 1)
    post("a forged signature", {"act": forged, "sig": sig, "texts": {}}, "signature", 422)
    post("a text that does not match its commitment",
         {"act": act, "sig": sig, "texts": {"name": {"salt": "A" * 43, "text": "Eve"}}}, "name")
    post("an effect as an act", change(kind="surplus.distribute", what={"amount_cents": 1}),
         "decision")
    post("too large", b"[" + b"1," * 200000 + b"1]", "", 413)
    check("none of it left a trace", acts_from(hub, size) == [], acts_from(hub, size))
    for path, status in (("/api/v1/state/nothing", 404), ("/api/v1/motions/99999", 404),
                         ("/api/v1/blobs/zz", 400),
                         ("/log/../keys/log.key", 400), ("/log/keys/log.key", 404), ("/nowhere",
                                 404),
                         ("/api/v1/blobs/" + "0" * 64, 404), ("/api/v1/texts/" + "0" * 64, 404)):
        got, answer = hub.get(path)
        check(f"GET {path} is answered {status}", got in (status, 404) and b"error" in answer,
              f"{got} {answer[:200]}")


def raw(hub):
    cases = [(b"GET / HTTP/1.1\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                                                   b"400"),
             (b"POST /api/v1/acts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
               b"Transfer-Encoding: chunked\r\n\r\n", b"400"),
             (b"\x00\x01\x02\r\n\r\n", b"400")]
    for bytes_sent, status in cases:
        with socket.create_connection(("127.0.0.1", hub.port), 10) as link:
            link.sendall(bytes_sent)
            link.settimeout(10)
            try:
                answer = link.recv(200)
            except OSError:
                answer = b""
        check(f"ambiguous request {bytes_sent[:40]!r}", status in answer or answer == b"", answer)


def main():
    with Folder() as scratch:
        coop, home = found(scratch)
        with Hub(coop, PORT) as hub:
            hub.folder = coop
            b, c = members(scratch, hub, home)
            homes = [home, b, c]
            votes(hub, homes)
            data(scratch, homes)
            completion()
            nonsense(hub)
            raw(hub)
            other = os.path.join(scratch, "other")
            sheaf("found", other, "--name", "Other", "--purpose", "p", "--member", "M",
                  "--demonstration", "--home", os.path.join(scratch, "m"))
            refused("a port in use", 1, str(hub.port), "serve", other, "--port", hub.port)
        done = sheaf("verify", coop)
        check("all of it is sound", done.returncode == 0, done.stderr)
        # Another co-op's hub under the same home.
        with Hub(other) as hub:
            done = sheaf("status", "--hub", hub.url, "--json")
            check("status of the other co-op", json.loads(done.stdout)["members"] == 1, done.stderr)
            path = os.path.join(home, "home.json")
            with open(path, encoding="utf-8") as file:
                saved = json.load(file)
            with open(path, "w", encoding="utf-8") as file:
                json.dump(dict(saved, hub=hub.url), file, sort_keys=True, separators=(",", ":"))
            done = sheaf("motion", "open", "--home", home, "--title", "Wrong door")
            check("a home does not follow another co-op's log", done.returncode in (1, 3),
                  done.stderr)
    finish()


main()
