"""Runs the commands of a page as a reader would, and compares what they print.

    SHEAF=build/src/cli/sheaf python3 tests/e2e/tour.py [--update] docs/PAGE.md

Blocks that begin with ```console hold lines that begin with "$ " (a command), lines that begin
with "> " (its continuation) and what the command prints. They run one after the other in one
shell, in a fresh folder, with the program on the PATH. What differs from run to run is written
as … on the page: times, keys, hashes and names of logs are, by themselves; elsewhere … stands for
any words of a line, and a line of … alone for any lines. Port 8480 is another one that is free.
--update writes what was printed into the page where it does not match.
"""
import difflib
import os
import re
import subprocess
import sys
import tempfile
import threading

from kit import free_port

PORT = "8480"
DIFFERS = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?: UTC|Z)?"
    r"|sheaf/[a-z2-7]{26}|\b[0-9a-f]{64}\b|\b1[0-9]{12}\b|(?<![\w-])[\w-]{43}(?![\w-])")
LIMIT_S = 120


def blocks(lines):
    """The (first, end) of each block of the page, without its fences."""
    first = None
    for number, line in enumerate(lines):
        if first is None and line.strip() == "```console":
            first = number + 1
        elif first is not None and line.strip() == "```":
            yield first, number
            first = None
    if first is not None:
        raise ValueError(f"the block at line {first} has no end")


def steps(lines):
    """The steps of a block: the lines of a command, and those of what it prints."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append(([line], []))
        elif not found:
            raise ValueError(f"a block begins with what no command printed: {line}")
        elif (line == ">" or line.startswith("> ")) and not found[-1][1]:
            found[-1][0].append(line)
        else:
            found[-1][1].append(line)
    return found


def same(want, got):
    """Does what was printed match what stands on the page?"""
    pattern = ""
    for line in want:
        if line == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…")) + "\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in got)) is not None


class Shell:
    """A shell that runs one command after the other."""

    def __init__(self, folder):
        self.port, self.ended = str(free_port()), False
        program = os.path.dirname(os.path.abspath(os.environ["SHEAF"]))
        environment = {**os.environ, "HOME": folder, "LC_ALL": "C.UTF-8", "TERM": "dumb",
                       "PATH": program + os.pathsep + os.environ["PATH"]}
        self.process = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=folder, text=True,
                                        env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)

    def run(self, command):
        """The lines that the command prints."""
        mark = "- end of the command -"
        command = command.replace(PORT, self.port)
        self.process.stdin.write("{\n" + command + "\n} </dev/null\necho '" + mark + "'\n")
        self.process.stdin.flush()
        timer = threading.Timer(LIMIT_S, self.stop)
        timer.start()
        text = ""
        while not text.endswith(mark + "\n"):
            line = self.process.stdout.readline()
            if not line:
                self.ended = True
                text += f"(ended after {LIMIT_S} s)\n{mark}\n"
            text += line
        timer.cancel()
        text = DIFFERS.sub("…", text[:-len(mark) - 1].replace(self.port, PORT))
        return text.splitlines()

    def stop(self):
        """Ends the shell and all that it began."""
        try:
            os.killpg(self.process.pid, 15)
        except ProcessLookupError:
            pass


def play(page):
    """Runs the page: its lines as they should be, and what differs, a command a string."""
    with open(page, encoding="utf-8") as file:
        lines = file.read().splitlines()
    out, differences, done = [], [], 0
    with tempfile.TemporaryDirectory(prefix="sheaf-tour-", ignore_cleanup_errors=True) as folder:
        shell = Shell(folder)
        try:
            for first, end in list(blocks(lines)):
                out += lines[done:first]
                for command, want in steps(lines[first:end]):
                    if shell.ended:
                        out += command + want
                        continue
                    got = shell.run("\n".join(line[2:] for line in command))
                    out += command
                    if same(want, got):
                        out += want
                        continue
                    out += got
                    differences.append("\n".join(
                        [f"after line {first}: " + command[0]]
                        + list(difflib.unified_diff(want, got, "the page", "the program",
                                                    lineterm=""))))
                done = end
        finally:
            shell.stop()
            shell.process.wait()
    return out + lines[done:], differences


def main():
    update, page = "--update" in sys.argv, sys.argv[-1]
    lines, differences = play(page)
    for difference in differences:
        print(difference)
    if update and differences and "(ended after" not in differences[-1]:
        with open(page, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return 1 if differences and not update else 0


if __name__ == "__main__":
    sys.exit(main())
