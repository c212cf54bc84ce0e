"""A co-op of a few people, each with a home, whose bylaws are the demonstration's with changes."""
import json
import os

from kit import check, refused, run, sheaf, until

ANSWERS = 'model = "demonstration"\nname = "Oak"\npurpose = "To last."\n'


def written(folder, name, value):
    """The path of a file with the value as JSON."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)
    return path


def found(folder, articles, change):
    """Ada founds it in folder/coop, on bylaws with these articles and what change() does to the
    document; the path of the document."""
    answers = os.path.join(folder, "answers.toml")
    with open(answers, "w", encoding="utf-8") as file:
        file.write(ANSWERS)
    made = os.path.join(folder, "bylaws.toml")
    sheaf("bylaws", "new", "--answers", answers, "--out", made)
    document = run("bylaws are made", "bylaws", "show", made, "--as", "json")
    document.update(articles)
    document["decisions"]["early_close"] = True
    document["decisions"]["ordinary"]["open_s"] = 60
    change(document)
    path = written(folder, "bylaws.json", document)
    done = sheaf("found", os.path.join(folder, "coop"), "--bylaws", path, "--member", "Ada",
                 "--person", "--home", os.path.join(folder, "ada"))
    check("a co-op is founded on them", done.returncode == 0, done.stderr)
    return path


class Coop:
    """The hub, and the people by name: ada, who founded it, and who has joined since."""

    def __init__(self, folder, hub, *others):
        self.folder, self.hub = folder, hub
        self.members = {"ada": 0}
        for who in others:
            self.join(who)

    def home(self, who):
        return os.path.join(self.folder, who)

    def flags(self, who):
        return ("--home", self.home(who), "--hub", self.hub.url)

    def join(self, who, *flags):
        """Admitted by as many as it takes."""
        sheaf("join", self.hub.url, "--member", who, "--person", "--home", self.home(who), *flags)
        member = max(row["id"] for row in self.rows("member"))
        for other in self.members:
            if self.row("member", member)["state"] == "applied":
                self.act(other, "member", "admit", "--member", member)
        self.members[who] = member

    def act(self, who, *flags, effect=None):
        """Enters an act; the index of its entry."""
        if effect:
            flags += ("--effect", "-")
        done = sheaf(*flags, *self.flags(who), "--json", stdin=json.dumps(effect))
        if done.returncode != 0:
            raise RuntimeError(f"{flags}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)["index"]

    def refused(self, name, words, who, *flags):
        refused(name, 4, words, *flags, *self.flags(who))

    def vote(self, motion, choice, *people):
        for who in people:
            self.act(who, "ballot", "cast", "--motion", motion, "--choice", choice)

    def rows(self, table):
        return json.loads(self.hub.get("/api/v1/state/" + table)[1])["rows"]

    def row(self, table, number):
        return [row for row in self.rows(table) if row["id"] == number][0]

    def becomes(self, motion, **wanted):
        """Waits until the motion's row says so."""
        def there():
            row = self.row("motion", motion)
            return row if all(row[name] == value for name, value in wanted.items()) else None
        return check(f"motion {motion} becomes {wanted}", until(there, 30),
                     self.row("motion", motion))

    def show(self, who, noun, number):
        """The row as JSON, and the words."""
        shown = run(f"{noun} {number} is shown", noun, "show", number, "--home", self.home(who),
                    "--json")
        return shown, self.words(who, noun, "show", number)

    def words(self, who, *command):
        done = sheaf(*command, "--home", self.home(who))
        return done.stdout + done.stderr
