#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""embed.py WORK OUTPUT - build the page into the folder WORK and write it to OUTPUT as C arrays.

The packages are fetched once, by `npm ci`, into web/node_modules; several build folders may do
so at the same time. After that no network is needed. See src/hub/web_files.h for what the arrays
are.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def run(*command):
    try:
        done = subprocess.run(command, cwd=HERE, stdout=sys.stderr, check=False)
    except FileNotFoundError:
        sys.exit(f"web: {command[0]} is not installed: the page needs Node 18 or later and npm")
    if done.returncode != 0:
        sys.exit(f"web: {' '.join(command[:2])} failed: see the lines above")


def fetch_packages():
    """Runs npm ci where web/node_modules is missing or older than the lock file."""
    lock_file = os.path.join(HERE, "package-lock.json")
    stamp = os.path.join(HERE, "node_modules", ".package-lock.json")
    with open(lock_file, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(stamp) or os.path.getmtime(stamp) < os.path.getmtime(lock_file):
            run("npm", "ci", "--no-audit", "--no-fund")
            os.utime(stamp)


def c_file(names, folder):
    lines = ['/* Made by web/embed.py. */', '#include "hub/web_files.h"', ""]
    rows = []
    for number, name in enumerate(names):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        lines.append(f"static const uint8_t data_{number}[] = {{")
        for at in range(0, len(data), 24):
            lines.append("    " + "".join(f"{byte}," for byte in data[at:at + 24]))
        lines.append("};")
        path = "/" if name == "index.html" else "/assets/" + name
        etag = hashlib.sha256(data).hexdigest()[:16]
        content_type = TYPES[os.path.splitext(name)[1]]
        about = f'"{path}", "{content_type}", "\\"{etag}\\""'
        rows.append(f"    {{{about}, data_{number}, sizeof data_{number}}},")
    lines += ["", "const sheaf_web_file sheaf_web_files[] = {", *rows, "};",
              "const size_t sheaf_web_file_count =",
              "    sizeof sheaf_web_files / sizeof *sheaf_web_files;"]
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: embed.py WORK OUTPUT")
    work, output = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    fetch_packages()
    shutil.rmtree(work, ignore_errors=True)
    run("node", os.path.join(HERE, "build.mjs"), work)
    names = sorted(os.listdir(work))
    if "index.html" not in names:
        sys.exit("web: the build made no index.html")
    with open(output, "w", encoding="ascii") as file:
        file.write(c_file(names, work))


main()
