#!/usr/bin/env python3
"""Every C++ file is as clang-format leaves it. With --fix it rewrites those that are not."""
import subprocess
import sys
from pathlib import Path

import tidy

CLANG_FORMAT = "clang-format-19"


def main():
    folder = tidy.Folder(Path(__file__).resolve().parents[2])
    files = [path for path in folder.files() if path.endswith((".h", ".cpp"))]
    how = ["-i"] if "--fix" in sys.argv[1:] else ["--dry-run", "--Werror", "--ferror-limit=1"]
    try:
        done = subprocess.run([CLANG_FORMAT, *how, *files], cwd=folder.top, check=False)
    except FileNotFoundError:
        print(f"format: {CLANG_FORMAT} is not installed; ./test installs it", file=sys.stderr)
        return 1
    if done.returncode:
        print("format: put it right with: python3 tests/tidy/format_test.py --fix", file=sys.stderr)
    return 1 if done.returncode or not files else 0


if __name__ == "__main__":
    sys.exit(main())
