#!/usr/bin/env python3
"""The rules of the house that no compiler holds. Reads every source file below the folder that it
is given (the checkout by default) and prints one line for each mistake."""
import os
import re
import sys
from itertools import chain
from pathlib import Path

CORE = {"base", "pricing", "ledger", "jobs", "dialect"}
ROOMS = {  # what each room may include, beside itself
    "base": set(),
    "pricing": {"base"},
    "ledger": {"base"},
    "jobs": {"base", "pricing", "ledger"},
    "dialect": {"base"},
    "config": CORE,
    "adapters": CORE,  # the ports; an implementation, adapters/NAME, sees them and the core
    "wire": CORE | {"config", "adapters"},
    **dict.fromkeys(["worker", "bench", "fuzz", "tests", "cmake"]),  # everything
}
LIBRARIES = {  # who may include which library; tests, bench and fuzz may include any
    "yaml-cpp/": r"config/.*\.cpp",
    "sqlite3.h": r"adapters/sqlite/.*",
    "pqxx/": r"adapters/postgres/.*",
    "hiredis/": r"adapters/redis/.*",
    "spdlog/": r"worker/.*\.cpp",
    "boost/json": r"(wire|adapters/(providers|identity|payments)|worker)/.*|config/text\.cpp"
                  r"|adapters/plain_json\.(h|cpp)",
    "boost/asio": r"(adapters/[^/]*\.h|adapters/(providers|wakeups|redis|http|fetch)/.*|worker/.*"
                  r"|cmake/asio(_ssl)?\.cpp)",
    "boost/beast": r"adapters/(http|fetch)/.*\.cpp",
    "openssl/": r"(base|adapters/(redis|fetch|http|identity|payments))/.*\.cpp",
    "seccomp.h": r"adapters/media/crew/.*\.cpp",
    "zlib.h": r"adapters/http/.*\.cpp",
    "CLI/": r"worker/.*\.(cpp|h)",
    "taglib/": r"adapters/media/.*\.cpp",
    "prometheus/": r"adapters/metrics/.*\.cpp",
}
FREE = ("tests/", "bench/", "fuzz/")
SCRIPTS = {"run", "test", ".ci/run"}
CLOCK = re.compile(r"\b(system|steady|high_resolution)_clock::now\b")
# Spelled in pieces, so that this file passes its own test.
LEFTOVERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|/wor" r"k/")
NOISE = re.compile(
    r'R"([^(\s]*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'|^[ ]*#(?:\\\n|[^\n])*", re.MULTILINE)
SCOPE = re.compile(
    r"\s*(template\s*<[^{]*>\s*)?(inline\s+)?(namespace|struct|class|union|enum|extern)\b")
SUFFIXES = {".h", ".cpp", ".py", ".sh", ".cmake", ".yaml", ".md", ".txt"}
MAX_FILE, MAX_FUNCTION, MAX_COLUMNS = 400, 60, 100


def room_of(path):
    """adapters/sqlite/store.cpp is in adapters/sqlite, adapters/store.h in adapters."""
    parts = path.split("/")
    deep = parts[0] == "adapters" and len(parts) > 2
    return "/".join(parts[:2]) if deep else parts[0]


def code_of(text):
    """The text with comments, strings and preprocessor lines blanked, line for line."""
    return NOISE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def check_arrows(path, text):
    room = room_of(path)
    outer = path.split("/")[0]
    may = ROOMS.get(outer, set()) if room == outer else ROOMS[outer] | {outer}
    for found in re.finditer(r'^[ ]*#[ ]*include[ ]*(["<])([^">\n]+)', text, re.MULTILINE):
        number = text.count("\n", 0, found.start()) + 1
        quote, name = found.groups()
        if quote == '"':
            if may is not None and room_of(name) not in may | {room}:
                yield number, f"{room} may not include {room_of(name)} ({name})"
        elif not path.startswith(FREE):
            if room in CORE and ("/" in name or "." in name) and not name.startswith("openssl/"):
                yield number, f"{room} knows no library ({name})"
            for library, folders in LIBRARIES.items():
                if name.startswith(library) and not re.fullmatch(folders, path):
                    yield number, f"{library} is only for {folders}"


def functions_of(code):
    """(first line, last line) of each function; a lambda belongs to the one around it."""
    stack, head, parens = [], 0, 0  # stack: (kind, where its head begins)
    for found in re.finditer(r"[(){};]", code):
        at, char = found.start(), found.group()
        inside = any(kind != "scope" for kind, _ in stack)
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            text = code[head:at]
            kind = "scope" if SCOPE.match(text) else "function" if "(" in text else "block"
            if parens > 0 or inside or not text[-1:].isspace():  # `a_{1}` initialises
                kind = "block"
            stack.append((kind, head))
            head = at + 1 if kind == "scope" else head
        elif char == "}" and stack:
            kind, begin = stack.pop()
            if kind == "function":
                begin += len(code[begin:at]) - len(code[begin:at].lstrip())
                yield code.count("\n", 0, begin) + 1, code.count("\n", 0, at) + 1
            head = at + 1 if kind != "block" else head
        elif char == ";" and not inside and parens == 0:
            head = at + 1


def check_words(path, text):
    room, lines = path.split("/")[0], text.splitlines()
    for number, line in enumerate(code_of(text).splitlines(), 1):
        if room in CORE and re.search(r"\b(double|float)\b", line):
            yield number, "no floating point in the core"
        if room in CORE and re.search(r"\b(throw|catch|try)\b", line):
            yield number, "the core does not throw"
        if room not in {"adapters", "worker", "tests", "bench", "fuzz"} and CLOCK.search(line):
            yield number, "no clock outside adapters and worker: `now` is a parameter"
        if re.search(r"\bnew\b", line):
            yield number, "no `new`: make_unique, or a value"
        if re.search(r"\b(shared_ptr|make_shared)\b", line):
            if "//" not in lines[number - 1] and (number < 2 or "//" not in lines[number - 2]):
                yield number, "shared_ptr without its reason beside it"
        for words in re.findall(r"\basio::detached\b|\busing\s+namespace\s+std\s*;", line):
            yield number, f"`{words}` is not used here"
        if re.match(r"\s*#\s*define\b", lines[number - 1]) and path != "base/check.h":
            yield number, "no macros but CHECK"


def check_cpp(path, text, beside):
    yield from chain(check_arrows(path, text), check_words(path, text))
    for first, last in functions_of(code_of(text)):
        if last - first + 1 > MAX_FUNCTION:
            yield first, f"a function of {last - first + 1} lines, at most {MAX_FUNCTION}"
    if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "no #pragma once"
    if path.endswith(".cpp") and not path.startswith("cmake/") and not beside(path, "listed"):
        yield 1, "not listed in the CMakeLists.txt of its folder"
    if not text.startswith("// ") and not (path.endswith(".cpp") and beside(path, "header")):
        yield 1, "does not open with a comment that says what it is"


def check_file(path, text, beside=lambda path, what: True):
    """(line, mistake) for each in this file. `beside` tells what its folder has: see Folder."""
    lines, suffix = text.split("\n"), Path(path).suffix
    code = suffix not in {".md", ".txt", ".yaml"} or path.endswith("CMakeLists.txt")
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"
    if code and len(lines) - 1 > MAX_FILE:
        yield MAX_FILE, f"a file of {len(lines) - 1} lines, at most {MAX_FILE}"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end of the line"
        if "\t" in line:
            yield number, "a tab"
        if code and len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns, at most {MAX_COLUMNS}"
        if LEFTOVERS.search(line):
            yield number, f"`{LEFTOVERS.search(line).group()}` is not for a finished file"
    if path.endswith((".h", ".cpp")):
        yield from check_cpp(path, text, beside)
    elif code and suffix != ".txt" and not re.match(r'(#!.*\n)?(# |""")', text):
        yield 1, "does not open with a comment that says what it is"


class Folder:
    """The files of a checkout, and what is beside each of them."""

    def __init__(self, top):
        self.top = Path(top)

    def files(self):
        for folder, folders, names in os.walk(self.top):
            here = Path(folder).relative_to(self.top)
            folders[:] = sorted(name for name in folders if not self.skipped(here / name))
            for name in sorted(names):
                path = (here / name).as_posix()
                if Path(name).suffix in SUFFIXES or path in SCRIPTS:
                    yield path

    def skipped(self, folder):
        path = folder.as_posix()
        if folder.name.startswith(".") or folder.name == "__pycache__":
            return path != ".ci"
        return path in {"build", "tallyman-data", "fuzz/corpus"}

    def beside(self, path, what):
        file = self.top / path
        if what == "header":
            return file.with_suffix(".h").exists()
        for folder in list(file.parents)[:len(Path(path).parents)]:
            if (lists := folder / "CMakeLists.txt").exists():
                listed = re.split(r"[\s()]+", lists.read_text(encoding="utf-8"))
                return file.relative_to(folder).as_posix() in listed
        return False


def main():
    folder = Folder(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    files, mistakes = list(folder.files()), []
    for path in files:
        text = (folder.top / path).read_bytes().decode("utf-8")
        found = sorted(check_file(path, text, folder.beside))
        mistakes += [f"{path}:{line}: {what}" for line, what in found]
    print(*mistakes, f"tidy: {len(files)} files, {len(mistakes)} mistakes", sep="\n")
    return 1 if mistakes or not files else 0


if __name__ == "__main__":
    sys.exit(main())
