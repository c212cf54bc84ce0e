"""The hub is lost: members appoint a new one over the last witnessed checkpoint, it carries the
log on, and nodes find and follow it by themselves."""
import json
import os
import signal
import subprocess

from kit import SHEAF, Folder, Hub, check, finish, free_port, refused, sheaf, until

MEMBERS = ("ada", "ben", "cem")


class Program:
    """Something that runs until it is killed."""

    def __init__(self, log, *arguments):
        self.log = open(log, "a", encoding="utf-8")
        self.process = subprocess.Popen([SHEAF, *map(str, arguments)], stdout=self.log,
                                        stderr=self.log)

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)
        self.log.close()


def line(*arguments):
    done = sheaf(*arguments)
    check(" ".join(map(str, arguments[:2])), done.returncode == 0, done.stderr)
    return done.stdout.strip()


def bylaws_with(scratch, tower, port, readers):
    """The bylaws of a demonstration, with one witness, whose key is made here."""
    trial = os.path.join(scratch, "trial")
    line("found", trial, "--name", "Three", "--purpose", "to last", "--member", "x",
         "--demonstration", "--home", os.path.join(scratch, "trial-home"))
    first = subprocess.Popen([SHEAF, "witness", tower, "--name", "w.example", "--port", "0",
                              "--log", line("log", "vkey", trial)], stdout=subprocess.PIPE)
    first.stdout.readline()
    first.terminate()
    first.wait(20)
    key = json.loads(line("witness", "vkey", tower, "--json"))
    entry = json.loads(line("log", "entry", trial, 0))
    bylaws = entry["act"]["what"]["bylaws"]
    bylaws["witnesses"].update(quorum=1, list=[
        {"name": key["name"], "public_key": key["public_key"], "url": f"http://127.0.0.1:{port}"}])
    for area in ("ballots", "data", "decisions", "ledger", "members"):
        bylaws["visibility"][area] = readers
    path = os.path.join(scratch, "bylaws.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(bylaws, file)
    return path


def home_of(scratch, name):
    return os.path.join(scratch, name)


def known(scratch, name):
    with open(os.path.join(scratch, name, "home.json"), encoding="utf-8") as file:
        return json.load(file)


def witnessed(home):
    path = os.path.join(home, "witnessed", "checkpoint")
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        return int(file.read().split("\n")[1])


def size_of(home):
    with open(os.path.join(home, "log", "checkpoint"), encoding="utf-8") as file:
        return int(file.read().split("\n")[1])


def begin(scratch, port, bylaws):
    coop = os.path.join(scratch, "coop")
    url = f"http://127.0.0.1:{port}"
    line("found", coop, "--bylaws", bylaws, "--member", "Ada", "--home", home_of(scratch, "ada"),
         "--hub", url)
    hub = Hub(coop, port)
    for name in MEMBERS[1:]:
        number = json.loads(line("join", url, "--member", name, "--home", home_of(scratch, name),
                                 "--json"))["index"]
        for admits in MEMBERS[:MEMBERS.index(name)]:
            line("member", "admit", "--member", number, "--home", home_of(scratch, admits))
    return coop, hub


def sign(scratch, keys, url):
    files = []
    os.mkdir(os.path.join(scratch, "signed"))
    for name in MEMBERS[:2]:
        files.append(os.path.join(scratch, "signed", name + ".json"))
        line("succession", "sign", "--home", home_of(scratch, name), *keys, "--url", url, "--out",
             files[-1])
    return files


def nonsense(scratch, new, keys, files):
    refused("one signature is too few", 1, "signatures of 2", "succession", "begin", new, "--from",
            home_of(scratch, "ben"), files[0])
    check("a refused succession leaves no log", not os.path.exists(os.path.join(new, "log")))
    refused("a log that is not there", 1, "no log", "succession", "begin", new, *files)
    refused("a size beyond the copy", 1, "entries", "succession", "sign", "--home",
            home_of(scratch, "ada"), *keys, "--url", "http://127.0.0.1:1", "--size", 4000, "--out",
            os.path.join(scratch, "no.json"))
    other = os.path.join(scratch, "other.json")
    line("succession", "sign", "--home", home_of(scratch, "cem"), *keys, "--url",
         "http://127.0.0.1:1", "--size", 4, "--unwitnessed", "--out", other)
    refused("signatures over two ends", 1, "same checkpoint", "succession", "begin", new, "--from",
            home_of(scratch, "ben"), files[0], other)
    empty = os.path.join(scratch, "empty")
    os.mkdir(empty)
    refused("a folder without signatures", 1, "ends in .json", "succession", "begin", new,
            "--from", home_of(scratch, "ben"), empty)
    refused("an address that is none", 2, "http", "succession", "sign", "--home",
            home_of(scratch, "cem"), *keys, "--url", "nonsense", "--out", other)
    refused("a file that is no appointment", 1, "file 1", "succession", "begin", new, "--from",
            home_of(scratch, "ben"), os.path.join(scratch, "bylaws.json"))


def main(readers):
    """Entries are for everyone, and a mirror has them; or for members, who have them."""
    print("#", readers)
    with Folder() as scratch:
        port, next_port, witness_port = free_port(), free_port(), free_port()
        url = f"http://127.0.0.1:{next_port}"
        tower = os.path.join(scratch, "witness")
        coop, hub = begin(scratch, port, bylaws_with(scratch, tower, witness_port, readers))
        log = os.path.join(scratch, "programs.txt")
        witness = Program(log, "witness", tower, "--port", witness_port, "--mirror", "--log",
                          line("log", "vkey", coop) + "=" + hub.url + "/log")
        subprocess.run(["cp", "-r", home_of(scratch, "ben"), home_of(scratch, "lagging")],
                       check=True)
        nodes = [Program(log, "node", "--home", home_of(scratch, name)) for name in MEMBERS]
        try:
            succeed(scratch, coop, hub, witness, log, (next_port, url, witness_port, tower),
                    readers)
        finally:
            witness.end()
            for node in nodes:
                node.end()


def catch_up(scratch, coop, log, where, end, readers):
    """A copy that lags takes from the witness's mirror what it lacks, with the cosignatures."""
    port, tower = where
    lagging = home_of(scratch, "lagging")
    name = [name for name in os.listdir(tower) if len(name) == 64 and
            os.path.exists(os.path.join(tower, name, "log", "checkpoint"))][0]
    mirror = f"http://127.0.0.1:{port}/{name}"
    refused("a mirror that nobody serves", 1, "", "log", "fetch", mirror, "--home", lagging)
    vkey = line("log", "vkey", coop)
    witness = Program(log, "witness", tower, "--port", port, "--mirror", "--log",
                      vkey + "=http://127.0.0.1:1/log")
    until(lambda: sheaf("log", "consistency", os.path.join(tower, name, "log", "checkpoint"),
                        os.path.join(tower, name, "log", "checkpoint"), mirror).returncode == 0)
    before = size_of(lagging)
    if readers == "public":
        line("log", "fetch", mirror, "--home", lagging)
        check("a copy that lagged has what was cosigned", before < size_of(lagging) == end
              and witnessed(lagging) == end, f"{before} {size_of(lagging)} {end}")
        refused("what is newer is not taken back", 1, "older than", "log", "fetch", mirror,
                "--home", home_of(scratch, "free"))
    else:
        refused("a mirror without the entries brings nothing", 1, "for members", "log", "fetch",
                mirror, "--home", lagging)
    refused("a home that a node holds", 1, "another process", "log", "fetch", mirror, "--home",
            home_of(scratch, "ada"))
    witness.end()


def succeed(scratch, coop, hub, witness, log, where, readers):
    next_port, url, witness_port, tower = where
    check("the nodes follow", until(lambda: all(
        known(scratch, name).get("train_key") is not None for name in MEMBERS)))
    until(lambda: all(size_of(home_of(scratch, name)) == hub.size() for name in MEMBERS))
    end = hub.size()
    check("every copy knows the last checkpoint that was cosigned", until(lambda: all(
        witnessed(home_of(scratch, name)) == end for name in MEMBERS)))
    witness.end()
    line("motion", "open", "--title", "Seen by few", "--home", home_of(scratch, "ada"))
    lost = hub.size()
    until(lambda: all(size_of(home_of(scratch, name)) == lost for name in MEMBERS))
    hub.process.kill()
    subprocess.run(["cp", "-r", home_of(scratch, "cem"), home_of(scratch, "free")], check=True)
    catch_up(scratch, coop, log, (witness_port, tower), end, readers)
    new = os.path.join(scratch, "new")
    keys = line("succession", "keys", new).split()
    refused("what no witness saw is not signed over", 1, f"is of {end} entries", "succession",
            "sign", "--home", home_of(scratch, "ada"), *keys, "--url", url, "--size", lost, "--out",
            os.path.join(scratch, "no.json"))
    files = sign(scratch, keys, url)
    nonsense(scratch, new, keys, files)
    mirror = [name for name in os.listdir(tower)
              if os.path.exists(os.path.join(tower, name, "log", "checkpoint"))][0]
    if readers == "members":
        refused("a mirror without the entries carries nothing on", 1, "", "succession", "begin",
                new, "--from", os.path.join(tower, mirror), *files)
    line("succession", "begin", new, "--from", os.path.join(tower, mirror)
         if readers == "public" else home_of(scratch, "ben"),
         *(files if readers == "public" else [os.path.dirname(files[0])]))
    done = sheaf("verify", new)
    check("the log of the new hub is sound", done.returncode == 0
          and f"{end + 2} entries" in done.stdout, done.stdout + done.stderr)
    refused("the old hub's folder does not become the new one", 1, "more than the", "succession",
            "begin", coop, *files)
    vkey, old = line("log", "vkey", new), line("log", "vkey", coop)
    check("the new log names its own key", vkey != old)
    witness = Program(log, "witness", tower, "--port", witness_port, "--log", f"{old}={url}/log",
                      "--log", f"{vkey}={url}/log")
    try:
        with Hub(new, next_port) as second:
            check("every node finds the new hub and follows", until(lambda: all(
                known(scratch, name)["hub"] == url for name in MEMBERS), 60),
                open(log, encoding="utf-8").read()[-2000:])
            line("motion", "open", "--title", "On we go", "--home", home_of(scratch, "ada"))
            check("and all copies go on with it", until(lambda: all(
                size_of(home_of(scratch, name)) == second.size() > end + 2 for name in MEMBERS)))
            check("what only the old hub had is put aside", all(os.path.exists(
                os.path.join(home_of(scratch, name), "superseded", str(lost), "log"))
                for name in MEMBERS))
            done = sheaf("verify", home_of(scratch, "cem"))
            check("a member's copy verifies", done.returncode == 0, done.stdout + done.stderr)
            impostor(scratch, second)
    finally:
        witness.end()


def impostor(scratch, hub):
    """A hub that nobody appointed is not followed."""
    fake, port = os.path.join(scratch, "fake"), free_port()
    subprocess.run(["cp", "-r", hub_folder(scratch), fake], check=True)
    for name in ("log.key", "hub.key"):
        os.unlink(os.path.join(fake, "keys", name))
    line("succession", "keys", fake)
    refused("a hub without the log's keys does not start", 1, "key", "serve", fake, "--port", port)
    check("the members' hub goes on", hub.size() > 0)


def hub_folder(scratch):
    return os.path.join(scratch, "new")


main("public")
main("members")
finish()
