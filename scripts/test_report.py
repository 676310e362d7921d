#!/usr/bin/env python3
"""Sums up a test run: reads suites.xml (ctest's) and NAME.xml (GoogleTest's) in the folder given,
names what failed, and ends with "N passed, N failed". A suite that is one script counts as one."""
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


def main():
    report = Path(sys.argv[1])
    lines, passed, failed, skipped = [], 0, [], 0
    try:
        suites = list(xml.parse(report / "suites.xml").iter("testcase"))
    except (OSError, xml.ParseError) as error:
        print(f"test: the run left no report ({error})", file=sys.stderr)
        return 2
    for suite in suites:
        name, good = suite.get("name"), suite.get("status") == "run"
        cases = report / f"{name}.xml"
        some_passed, some_failed, some_skipped = (1 if good else 0), [], 0
        if cases.exists():
            some_passed, some_failed, some_skipped = cases_of(cases)
        if not good and not some_failed:  # a crash, a time-out, a leak found at the end, a script
            some_failed = [f"the suite itself ({suite.get('status')})"]
        passed, skipped = passed + some_passed, skipped + some_skipped
        failed += [f"{name}: {case}" for case in some_failed]
        counts = f"{some_passed} passed, {len(some_failed)} failed"
        lines.append(f"{float(suite.get('time')):8.1f} s  {name:<16} {counts}")
    summary = ["", *lines, "", *(f"FAILED {name}" for name in failed)]
    if skipped:
        summary.append(f"{skipped} skipped")
    summary.append(f"{passed} passed, {len(failed)} failed")
    (report / "summary.txt").write_text("\n".join(summary) + "\n", encoding="utf-8")
    print("\n".join(summary))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
