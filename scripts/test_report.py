#!/usr/bin/env python3
"""Sums up a test run: reads suites.xml (ctest's) and NAME.xml (GoogleTest's) in the folder given,
names what failed, and ends with "N passed, N failed". A suite that is one script counts as one.
Suites in beside.xml ran beside these; one that should have and left no report is named after the
folder, and has failed. Suites in again.xml were run a second time, and count as they
went then; how they went at first is in the folder `first`."""
import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def cases_of(file):
    """(passed, names of the failed, skipped) of one GoogleTest binary."""
    passed, failed, skipped = 0, [], 0
    for case in xml.parse(file).iter("testcase"):
        if case.find("failure") is not None:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def suites_in(file):
    """Each suite's element by its name; empty where there is no such run."""
    if not file.exists():
        return {}
    return {suite.get("name"): suite for suite in xml.parse(file).iter("testcase")}


def result_of(suite, folder):
    """(passed, names of the failed, skipped) of one suite."""
    good = suite.get("status") == "run"
    cases = folder / f"{suite.get('name')}.xml"
    passed, failed, skipped = (1 if good else 0), [], 0
    if cases.exists():
        passed, failed, skipped = cases_of(cases)
    if not good and not failed:  # a crash, a time-out, a leak found at the end, a script
        failed = [f"the suite itself ({suite.get('status')})"]
    return passed, failed, skipped


def main():
    report = Path(sys.argv[1])
    lines, passed, failed, skipped, unstable = [], 0, [], 0, []
    try:
        suites = suites_in(report / "suites.xml") | suites_in(report / "beside.xml")
        again = suites_in(report / "again.xml")
    except xml.ParseError as error:
        print(f"test: the run left no report ({error})", file=sys.stderr)
        return 2
    if not suites:
        print("test: the run left no report", file=sys.stderr)
        return 2
    for name, suite in suites.items():
        some_passed, some_failed, some_skipped = result_of(again.get(name, suite), report)
        if name in again and not some_failed:
            unstable += [f"{name}: {case}" for case in result_of(suite, report / "first")[1]]
        passed, skipped = passed + some_passed, skipped + some_skipped
        failed += [f"{name}: {case}" for case in some_failed]
        counts = f"{some_passed} passed, {len(some_failed)} failed"
        lines.append(f"{float(suite.get('time')):8.1f} s  {name:<16} {counts}")
    failed += [f"{name}: it left no report" for name in sys.argv[2:]]
    summary = ["", *lines, "", *(f"UNSTABLE {name} (passed alone)" for name in unstable),
               *(f"FAILED {name}" for name in failed)]
    if skipped:
        summary.append(f"{skipped} skipped")
    summary.append(f"{passed} passed, {len(failed)} failed")
    (report / "summary.txt").write_text("\n".join(summary) + "\n", encoding="utf-8")
    print("\n".join(summary))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
