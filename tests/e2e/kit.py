"""What the end-to-end tests share: TAP lines, running the program, talking HTTP to a hub."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SHEAF = os.environ["SHEAF"]
count = failed = 0


def check(name, ok, detail=""):
    """One TAP line; the detail is shown where it is not ok."""
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {name}")
    if not ok and detail:
        for line in str(detail).splitlines()[:20]:
            print("#", line)
    sys.stdout.flush()
    return ok


def finish():
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


def sheaf(*arguments, timeout=120, stdin=None, environment=None):
    return subprocess.run([SHEAF, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, input=stdin,
                          env={**os.environ, **(environment or {})})


def without_openblas(folder):
    """An environment in which the library of products is found, and is none."""
    with open(os.path.join(folder, "libopenblas.so.0"), "w"):
        return {"LD_LIBRARY_PATH": folder}


def run(name, *arguments, code=0):
    """The command ends with the exit code; what it printed, as JSON."""
    done = sheaf(*arguments)
    check(name, done.returncode == code, f"exit {done.returncode}: {done.stdout}{done.stderr}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {}


def refused(name, code, words, *arguments, stdin=None):
    """The command ends with the exit code and a sentence that has the words."""
    done = sheaf(*arguments, stdin=stdin)
    text = done.stderr + done.stdout
    return check(name, done.returncode == code and words in text, f"exit {done.returncode}: {text}")


class Folder:
    """A temporary folder that goes away."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="sheaf-e2e-")
        return self.path

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)


class Hub:
    """`sheaf serve`, on any free port where none is given."""

    def __init__(self, folder, port=0, *options):
        self.log = open(os.path.join(folder, "..", "serve.txt"), "w")
        self.process = subprocess.Popen([SHEAF, "serve", folder, "--port", str(port), "--json",
                                         *map(str, options)],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        self.port = json.loads(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def get(self, path):
        return request("GET", self.url + path)

    def size(self):
        return json.loads(self.get("/api/v1/coop")[1])["entries"]


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(method, url, body=None, headers=None):
    """Status and body of an HTTP request."""
    asked = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def until(condition, seconds=30):
    """Waits until the condition holds; its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)
