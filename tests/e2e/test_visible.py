"""A co-op whose bylaws keep its entries for members: what a stranger gets, what a member gets, and
that somebody who may read nothing yet can apply."""
import base64
import hashlib
import json
import os
import shutil

from kit import Folder, Hub, check, finish, free_port, refused, request, sheaf, until

TABLES_FOR_ALL = ("coop", "bylaws", "class", "witness", "model", "feature", "mandate", "source",
                  "round", "seat", "evaluation")
TABLES_FOR_MEMBERS = ("member", "key", "approval", "motion", "ballot", "dataset", "consent",
                      "account")


def records(listing):
    """The entries and leaf hashes of a public listing."""
    out = []
    while listing:
        if listing[0] == 0:
            size = int.from_bytes(listing[1:3], "big")
            entry = listing[3:3 + size]
            out.append((entry, hashlib.sha256(b"\0" + entry).digest()))
            listing = listing[3 + size:]
        else:
            assert listing[0] == 1
            out.append((None, listing[1:33]))
            listing = listing[33:]
    return out


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def found(scratch, port):
    coop, home = os.path.join(scratch, "coop"), os.path.join(scratch, "a")
    done = sheaf("found", coop, "--name", "Quiet Co-op", "--purpose", "to be left alone",
                 "--member", "Ada", "--person", "--home", home, "--hub",
                 f"http://127.0.0.1:{port}")
    check("an association is founded", done.returncode == 0, done.stderr)
    return coop, home


def joins(scratch, hub, home):
    b = os.path.join(scratch, "b")
    done = sheaf("join", hub.url, "--member", "Bea", "--person", "--home", b, "--json")
    check("Bea applies without reading the log", done.returncode == 0, done.stderr)
    index = json.loads(done.stdout)["index"]
    refused("before she is admitted she reads nothing", 1, "for members", "status", "--home", b)
    done = sheaf("member", "admit", "--home", home, "--member", index)
    check("the founder follows the log by signed requests and admits her", done.returncode == 0,
          done.stderr)
    done = sheaf("status", "--home", b, "--json")
    check("then she follows it too",
          done.returncode == 0 and json.loads(done.stdout)["members"] == 2,
          done.stdout + done.stderr)
    done = sheaf("motion", "open", "--home", b, "--title", "Tea at four", "--json")
    check("and acts", done.returncode == 0, done.stderr)
    motion = json.loads(done.stdout)["index"]
    done = sheaf("ballot", "cast", "--home", home, "--motion", motion, "--choice", "yes")
    check("both vote", done.returncode == 0, done.stderr)
    c = os.path.join(scratch, "c")
    done = sheaf("join", hub.url, "--member", "Cem", "--person", "--home", c, "--json")
    check("Cem applies where most is withheld", done.returncode == 0, done.stderr)
    index = json.loads(done.stdout)["index"]
    for member in (home, b):
        done = sheaf("member", "admit", "--home", member, "--member", index)
        check("a member admits him", done.returncode == 0, done.stderr)
    done = sheaf("status", "--home", c, "--json")
    check("he follows it from the first entry on",
          done.returncode == 0 and json.loads(done.stdout)["members"] == 3,
          done.stdout + done.stderr)
    return b, motion


def stranger(hub, motion):
    note = hub.get("/log/checkpoint")[1]
    size, head = int(note.split(b"\n")[1]), note.split(b"\n")[2]
    status, answer = hub.get(f"/log/tile/entries/000.p/{size}")
    check("a stranger does not get the bundle", status == 403
          and f"/log/tile/public/000.p/{size}" in answer.decode(), answer)
    status, listing = hub.get(f"/log/tile/public/000.p/{size}")
    got = records(listing)
    check("but a listing that makes the root of the checkpoint", status == 200
          and len(got) == size
          and root([leaf for _, leaf in got]) == base64.b64decode(head))
    kinds = [json.loads(entry)["act"]["kind"] if entry else None for entry, _ in got]
    check("which shows what is for all", kinds[0] == "coop.found"
          and not {"member.apply", "member.admit", "motion.open", "ballot.cast"} & set(kinds)
          and None in kinds, kinds)
    listed = json.loads(hub.get("/api/v1/log/entries")[1])["entries"]
    check("the same in the entries as JSON", [
        (row.get("entry", {}).get("act", {}).get("kind"), row["leaf"]) for row in listed]
        == [(kind, leaf.hex()) for kind, (_, leaf) in zip(kinds, got)])
    for table in TABLES_FOR_ALL:
        check(f"{table} is for all", hub.get(f"/api/v1/state/{table}")[0] == 200)
    for table in TABLES_FOR_MEMBERS:
        status, answer = hub.get(f"/api/v1/state/{table}")
        check(f"{table} is for members", status == 403 and b"members" in answer, answer)
    check("so is a motion", hub.get(f"/api/v1/motions/{motion}")[0] == 403)
    check("and whether there is one", hub.get("/api/v1/motions/99999")[0] == 403)
    proof = json.loads(hub.get(f"/api/v1/log/proof?index={motion}")[1])
    check("a proof shows no more than hashes", proof["leaf"] == got[motion][1].hex())
    check("so is why nodes refused a round", hub.get("/api/v1/rounds/1/refusals")[0] == 403)
    check("the page is there", hub.get("/")[0] == 200 and hub.get("/api/v1/coop")[0] == 200)
    for header in ("7", "0.1.x", f"0.{10 ** 12}.{'A' * 86}"):
        status, _ = request("GET", f"{hub.url}/log/tile/entries/000.p/{size}",
                            headers={"Sheaf-Request": header})
        check(f"a signature that is none opens nothing: {header[:12]}", status == 401, status)


def texts(hub, coop):
    area = os.path.join(coop, "texts", "decisions")
    names = os.listdir(area)
    check("the motion's text is filed under decisions", len(names) == 1, names)
    commitment = base64.urlsafe_b64decode(names[0] + "=").hex()
    check("a stranger does not get it, even by its commitment",
          hub.get(f"/api/v1/texts/{commitment}")[0] == 403)


def register(scratch, hub, b):
    """Everybody sees how much is withheld, of what and why; members count it themselves."""
    answer = json.loads(hub.get("/api/v1/withheld")[1])
    hidden = sum(entry is None for entry, _ in listing_of(hub))
    check("the register says how many entries are withheld",
          answer["withheld"] == hidden > 0 and answer["entries"] == answer["size"], answer)
    check("of which kinds", sum(row["count"] for row in answer["kinds"]) == hidden
          and {"kind": "member.apply", "reason": "personal_data"}
          in [{"kind": row["kind"], "reason": row["reason"]} for row in answer["kinds"]], answer)
    done = sheaf("withheld", hub.url, "--public")
    check("a stranger compares it with the listing", done.returncode == 0
          and f"{hidden} of {answer['entries']} entries are for members alone" in done.stdout
          and "member.apply" in done.stdout, done.stdout + done.stderr)
    for where in (["--home", b], [hub.folder]):
        done = sheaf("withheld", *where, "--json")
        check("who has the log counts the same", done.returncode == 0
              and json.loads(done.stdout) == answer, done.stdout + done.stderr)
    done = sheaf("withheld", "--home", b)
    check("and reads why", done.returncode == 0 and "data about persons" in done.stdout,
          done.stdout + done.stderr)


def proofs(scratch, hub, b, motion):
    out, entry = os.path.join(scratch, "proof"), os.path.join(scratch, "entry")
    done = sheaf("log", "proof", hub.url, 0, "--out", out, "--entry-out", entry)
    check("a public entry and its proof are for all", done.returncode == 0, done.stderr)
    for flags in ((), ("--home", b)):
        done = sheaf("log", "entry", hub.url, motion, *flags)
        check("an entry is printed for members alone", ("motion.open" in done.stdout) == bool(flags)
              and ("for members" in done.stderr) != bool(flags), done.stdout + done.stderr)
    refused("a withheld one is not", 1, "for members", "log", "proof", hub.url, motion,
            "--entry-out", entry)
    done = sheaf("log", "proof", hub.url, motion, "--entry-out", entry, "--home", b, "--out", out)
    check("but for a member", done.returncode == 0, done.stderr)


def amend(hub, homes, readers, withheld=None):
    """The members vote for bylaws under which everyone or they alone read entries, and alone those
    of some kinds."""
    row = json.loads(hub.get("/api/v1/coop")[1])["bylaws"]
    bylaws = json.loads(sheaf("log", "entry", hub.folder, 0).stdout)["act"]["what"]["bylaws"]
    changed = dict(bylaws, visibility={
        area: readers if isinstance(said, str) else said
        for area, said in bylaws["visibility"].items()})
    if withheld:
        changed["visibility"]["withheld"] = withheld
    effect = {"kind": "bylaws.amend", "what": {"base": row["id"], "text": changed}}
    done = sheaf("motion", "open", "--home", homes[0], "--title", readers, "--effect", "-",
                 "--json", stdin=json.dumps(effect))
    if done.returncode:
        return done.stderr + done.stdout
    motion = json.loads(done.stdout)["index"]
    for home in homes:
        sheaf("ballot", "cast", "--home", home, "--motion", motion, "--choice", "yes")
    now = until(lambda: json.loads(hub.get("/api/v1/coop")[1])["bylaws"]["id"] != row["id"])
    return "" if now else "not adopted"


def listing_of(hub):
    size = int(hub.get("/log/checkpoint")[1].split(b"\n")[1])
    return records(hub.get(f"/log/tile/public/000.p/{size}")[1])


def changes(scratch):
    """Bylaws that change who reads: each entry keeps the readers that it had when it came."""
    coop, home, b = (os.path.join(scratch, name) for name in ("c-coop", "c-a", "c-b"))
    port = free_port()
    sheaf("found", coop, "--name", "Changing", "--purpose", "p", "--member", "Ada", "--person",
          "--demonstration", "--home", home, "--hub", f"http://127.0.0.1:{port}")
    with Hub(coop, port) as hub:
        hub.folder = coop
        index = json.loads(sheaf("join", hub.url, "--member", "Bea", "--person", "--home", b,
                                 "--json").stdout)["index"]
        sheaf("member", "admit", "--home", home, "--member", index)
        check("all is public at first", all(entry for entry, _ in listing_of(hub)))
        trouble = amend(hub, (home, b), "members")
        check("the members close their entries", not trouble, trouble)
        closed = len(listing_of(hub))
        sheaf("motion", "open", "--home", b, "--title", "Behind doors")
        first = listing_of(hub)
        check("what was public stays so", all(entry for entry, _ in first[:closed - 1]))
        check("what comes then does not", first[closed][0] is None)
        status, _ = hub.get(f"/log/tile/entries/000.p/{closed}")
        check("a bundle from before is still for all", status == 200)
        check("a table with rows from both times is for members",
              hub.get("/api/v1/state/motion")[0] == 403)
        trouble = amend(hub, (home, b), "public")
        check("they open them again", not trouble, trouble)
        sheaf("motion", "open", "--home", b, "--title", "In the open")
        last = listing_of(hub)
        check("nothing that was listed has changed", last[:len(first)] == first)
        check("what comes is public again", last[-1][0] is not None)
        trouble = amend(hub, (home, b), "public",
                        [{"kind": "motion.open", "reason": "trade_secret"}])
        check("they withhold one kind", not trouble, trouble)
        sheaf("motion", "open", "--home", b, "--title", "Quietly")
        now = listing_of(hub)
        check("it alone is", now[-1][0] is None and now[-2][0] is not None
              and now[:len(last)] == last)
        check("and so is what it opened", hub.get(f"/api/v1/motions/{len(now) - 1}")[0] == 403)
        check("the register has the reason", {"count": 1, "kind": "motion.open",
                                              "reason": "trade_secret"}
              in json.loads(hub.get("/api/v1/withheld")[1])["kinds"],
              hub.get("/api/v1/withheld")[1])
        done = sheaf("status", "--home", b)
        check("members follow through all of it", done.returncode == 0, done.stderr)
    done = sheaf("verify", coop)
    check("and it is sound", done.returncode == 0, done.stderr)


def main():
    port = free_port()
    with Folder() as scratch:
        coop, home = found(scratch, port)
        with Hub(coop, port) as hub:
            b, motion = joins(scratch, hub, home)
            stranger(hub, motion)
            hub.folder = coop
            register(scratch, hub, b)
            texts(hub, coop)
            proofs(scratch, hub, b, motion)
            done = sheaf("verify", "--public", hub.url, "--json")
            check("a stranger verifies the whole tree", done.returncode == 0
                  and json.loads(done.stdout)["readable"] < json.loads(done.stdout)["entries"],
                  done.stdout + done.stderr)
            done = sheaf("verify", b)
            check("a member verifies all of it from the own copy", done.returncode == 0,
                  done.stderr)
            refused("a visitor cannot replay it", 1, "for members", "status", "--hub", hub.url)
            done = sheaf("status", "--hub", hub.url, "--home", b)
            check("a member names the hub and the home", done.returncode == 0, done.stderr)
            lost = os.path.join(scratch, "lost")
            shutil.copytree(b, lost, ignore=shutil.ignore_patterns("log", "journal"))
            done = sheaf("status", "--home", lost, "--json")
            check("a member who lost the copy gets it again", done.returncode == 0, done.stderr)
        done = sheaf("verify", coop)
        check("all of it is sound", done.returncode == 0, done.stderr)
        changes(scratch)
    finish()


main()
