#!/usr/bin/env python3
"""tools/run_tests.py BUILD [--long] [--suite NAME]... - run the tests of a build folder.

Takes the list from meson, runs the suites one after the other, a few tests at a time, and holds
each suite to its budget in seconds: what still runs when it is spent is ended and counts as
failed. With --long there are no budgets and the environment says SHEAF_TEST_LONG=1.

A program's results are its TAP lines `ok` and `not ok` (cmocka is asked for TAP), or its exit
status as one result if it prints none; 77 means skipped. Output is shown of what failed. The
last line is always `N passed, N failed`; the exit status is 1 if any failed or nothing ran.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time

BUDGETS_S = {"check": 20, "unit": 330, "fuzz-corpus": 55, "sim": 100, "e2e": 580}
JOBS = {"unit": 3}  # beside each other, on two cores: some of these mostly wait
LONG_TIMES = 20  # how much longer a single test may take with --long
SKIPPED = 77
OUTPUT_LINES_MAX = 150
assert sum(BUDGETS_S.values()) <= 1100  # with the build they stay under half an hour

RESULT = re.compile(r"^(ok|not ok)(?: \d+)?(?: -.*| #.*|)$")
PLAN = re.compile(r"^1\.\.(\d+)$")


def count(output, status):
    """(passed, failed, skipped) of a program that printed `output` and ended with `status`."""
    passed = failed = skipped = planned = 0
    for line in output.splitlines():
        if PLAN.match(line):
            planned += int(PLAN.match(line).group(1))
        result = RESULT.match(line)
        if result and re.search(r"# skip", line, re.IGNORECASE):
            skipped += 1
        elif result:
            passed += result.group(1) == "ok"
            failed += result.group(1) == "not ok"
    if passed + failed + skipped == 0:
        if status == SKIPPED:
            return 0, 0, 1
        return (1, 0, 0) if status == 0 and planned == 0 else (0, 1, 0)
    # A crash after the last line, or a plan that was not carried out, is a failure too.
    if failed == 0 and (status not in (0, SKIPPED) or planned > passed + skipped):
        failed = 1
    return passed, failed, skipped


def environment(test, long):
    env = dict(os.environ)
    env["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    env["ASAN_OPTIONS"] = "abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1"
    env["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    env["MALLOC_PERTURB_"] = "153"
    if long:
        env["SHEAF_TEST_LONG"] = "1"
    env.update(test.get("env") or {})
    return env


def end_group(process):
    """Ends the test and everything it started, which is all in one process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(test, deadline, long):
    """Runs one test; returns (test, passed, failed, skipped, seconds, output, note)."""
    begun = time.monotonic()
    limit_s = (test.get("timeout") or 0) * (LONG_TIMES if long else 1) or None
    left_s = deadline - begun if deadline else None
    if left_s is not None and left_s <= 0:
        return test, 0, 1, 0, 0.0, "", "not begun: the suite's budget was spent"
    wait_s = min((s for s in (limit_s, left_s) if s is not None), default=None)
    process = subprocess.Popen(
        test["cmd"], cwd=test.get("workdir") or None, env=environment(test, long),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True)
    try:
        output = process.communicate(timeout=wait_s)[0]
        note, status = "", process.returncode
        if status < 0:
            note = "ended by signal %d" % -status
    except subprocess.TimeoutExpired:
        end_group(process)
        output, status = process.communicate()[0], 1
        over = "the suite's budget" if wait_s == left_s else "its limit of %d s" % limit_s
        note = "ended: over " + over
    end_group(process)
    text = output.decode("utf-8", "replace")
    passed, failed, skipped = count(text, status)
    if note and failed == 0:
        failed = 1
    return test, passed, failed, skipped, time.monotonic() - begun, text, note


def report(result):
    test, passed, failed, skipped, seconds, output, note = result
    word = "FAILED" if failed else "skipped" if skipped and not passed else "ok"
    counts = "%d passed" % passed + (", %d failed" % failed if failed else "") + (
        ", %d skipped" % skipped if skipped else "")
    print("  %-7s %-36s %6.1f s  %s" % (word, test["name"], seconds, counts), flush=True)
    if failed or (skipped and not passed):
        lines = output.splitlines()
        if len(lines) > OUTPUT_LINES_MAX:
            print("    … %d lines before" % (len(lines) - OUTPUT_LINES_MAX))
        for line in lines[-OUTPUT_LINES_MAX:]:
            print("    | " + line)
        if note:
            print("    " + note)
        sys.stdout.flush()


def run_suite(name, tests, long):
    budget_s = None if long else BUDGETS_S.get(name, 60)
    print("%s%s" % (name, "" if long else " (budget %d s)" % budget_s), flush=True)
    begun = time.monotonic()
    deadline = begun + budget_s if budget_s else None
    totals = [0, 0]
    alone = [test for test in tests if not test.get("is_parallel", True)]
    beside = [test for test in tests if test.get("is_parallel", True)]
    for group, jobs in ((beside, JOBS.get(name, 2)), (alone, 1)):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = [pool.submit(run, test, deadline, long) for test in group]
            for done in concurrent.futures.as_completed(waiting):
                report(done.result())
                totals[0] += done.result()[1]
                totals[1] += done.result()[2]
    print("  %.1f s" % (time.monotonic() - begun), flush=True)
    return totals


def load(build):
    listed = subprocess.run(["meson", "introspect", "--tests", build], check=True,
                            capture_output=True).stdout
    suites = {}
    for test in json.loads(listed):
        suite = test["suite"][0].split(":")[-1] if test["suite"] else "unit"
        suites.setdefault(suite, []).append(test)
    order = list(BUDGETS_S)
    return sorted(suites.items(), key=lambda item: order.index(item[0])
                  if item[0] in order else len(order))


def main():
    parser = argparse.ArgumentParser(description="run the tests of a build folder")
    parser.add_argument("build")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--suite", action="append", help="only this suite")
    options = parser.parse_args()
    passed = failed = 0
    for name, tests in load(options.build):
        if not options.suite or name in options.suite:
            more = run_suite(name, tests, options.long)
            passed, failed = passed + more[0], failed + more[1]
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
