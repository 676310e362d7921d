#!/usr/bin/env python3
"""The tidy test's own test: each bad snippet must be reported, and each good one must not."""
import tempfile
import unittest
from pathlib import Path

import tidy

ABOUT = "// What it is.\n"
HEADER = ABOUT + "#pragma once\n"
LONG_BODY = "    step();\n" * 70

BAD = [  # path, text, a part of what must be said of it
    ("base/a.cpp", ABOUT + '#include "pricing/price.h"\n', "base may not include pricing"),
    ("pricing/a.h", HEADER + '#include "ledger/entry.h"\n', "pricing may not include ledger"),
    ("ledger/a.h", HEADER + '#include "pricing/price.h"\n', "ledger may not include pricing"),
    ("jobs/a.h", HEADER + '#include "adapters/store.h"\n', "jobs may not include adapters"),
    ("config/a.h", HEADER + '#include "worker/run.h"\n', "config may not include worker"),
    ("wire/a.h", HEADER + '#include "adapters/sqlite/open.h"\n', "include adapters/sqlite"),
    ("adapters/store.h", HEADER + '#include "adapters/sqlite/open.h"\n', "adapters/sqlite"),
    ("adapters/memory/a.h", HEADER + '#include "adapters/sqlite/open.h"\n', "adapters/sqlite"),
    ("adapters/memory/a.h", HEADER + '#include "config/settings.h"\n', "may not include config"),
    ("nowhere/a.h", HEADER + '#include "base/time.h"\n', "nowhere may not include base"),
    ("ledger/a.cpp", ABOUT + "#include <fmt/format.h>\n", "ledger knows no library"),
    ("jobs/a.cpp", ABOUT + "#include <sys/stat.h>\n", "jobs knows no library"),
    ("base/a.h", HEADER + "#include <openssl/evp.h>\n", "openssl/ is only for"),
    ("config/a.h", HEADER + "#include <yaml-cpp/yaml.h>\n", "yaml-cpp/ is only for"),
    ("worker/a.cpp", ABOUT + "#include <yaml-cpp/yaml.h>\n", "yaml-cpp/ is only for"),
    ("worker/a.cpp", ABOUT + "#include <sqlite3.h>\n", "sqlite3.h is only for"),
    ("worker/a.h", HEADER + "#include <spdlog/spdlog.h>\n", "spdlog/ is only for"),
    ("adapters/sqlite/a.cpp", ABOUT + "#include <boost/json.hpp>\n", "boost/json is only for"),
    ("wire/a.cpp", ABOUT + "#include <boost/asio.hpp>\n", "boost/asio is only for"),
    ("ledger/a.cpp", ABOUT + "double half = 0.5;\n", "no floating point"),
    ("base/a.h", HEADER + "void f(float x);\n", "no floating point"),
    ("jobs/a.cpp", ABOUT + "void f() {\n    throw 1;\n}\n", "the core does not throw"),
    ("jobs/a.cpp", ABOUT + "auto t = std::chrono::system_clock::now();\n", "no clock"),
    ("config/a.cpp", ABOUT + "auto t = std::chrono::steady_clock::now();\n", "no clock"),
    ("worker/a.cpp", ABOUT + "auto* p = new int;\n", "no `new`"),
    ("worker/a.cpp", ABOUT + "auto* p = new (std::nothrow) int;\n", "no `new`"),
    ("worker/a.cpp", ABOUT + "\nstd::shared_ptr<int> p;\n", "shared_ptr without its reason"),
    ("worker/a.cpp", ABOUT + "\nauto p = std::make_shared<int>();\n", "without its reason"),
    ("worker/a.cpp", ABOUT + "co_spawn(io, f(), asio::detached);\n", "`asio::detached`"),
    ("tests/a.cpp", ABOUT + "using namespace std;\n", "`using namespace std;`"),
    ("jobs/a.cpp", ABOUT + "#define TWICE(x) x x\n", "no macros but CHECK"),
    ("jobs/a.cpp", ABOUT + "// TO" "DO: later\n", "not for a finished file"),
    ("docs/a.md", "see /wor" "k/main\n", "not for a finished file"),
    ("base/a.h", ABOUT + "int f();\n", "no #pragma once"),
    ("base/a.h", "#pragma once\n", "does not open with a comment"),
    ("scripts/a.sh", "#!/bin/sh\necho\n", "does not open with a comment"),
    ("base/a.cpp", ABOUT + "int a;" + " " * 100 + "int b;\n", "columns, at most 100"),
    ("base/a.cpp", ABOUT + "int a; \n", "white space at the end"),
    ("base/a.cpp", ABOUT + "int a;\r\n", "white space at the end"),
    ("base/a.cpp", ABOUT + "\tint a;\n", "a tab"),
    ("base/a.cpp", ABOUT + "int a;", "no newline at the end"),
    ("base/a.cpp", ABOUT + "int a;\n" * 400, "a file of 401 lines"),
    ("base/a.cpp", ABOUT + "int f() {\n" + LONG_BODY + "}\n", "a function of 72 lines"),
    ("base/a.cpp",
     ABOUT + "namespace base {\nint\nf(int a = {},\n  int b) {\n" + LONG_BODY + "}\n}\n",
     "a function of 74 lines"),
    ("base/a.cpp", ABOUT + "struct A {\n    A() : a_{1}, b_{2} {\n" + LONG_BODY + "    }\n};\n",
     "a function of 72 lines"),
    ("base/a.cpp", ABOUT + "int f() {\n    g([] {\n" + LONG_BODY + "    });\n}\n",
     "a function of 74 lines"),
    ("tests/a.cpp", ABOUT + "TEST(Refund, ComesBack) {\n" + LONG_BODY + "}\n", "of 72 lines"),
]

GOOD = [
    ("jobs/a.h", HEADER + '#include <string>\n\n#include "jobs/job.h"\n#include "base/ids.h"\n'),
    ("base/a.cpp", ABOUT + "#include <openssl/evp.h>\n"),
    ("adapters/sqlite/a.cpp", ABOUT + '#include <sqlite3.h>\n\n#include "adapters/store.h"\n'),
    ("wire/a.h", HEADER + '#include <boost/json/value.hpp>\n\n#include "adapters/store.h"\n'),
    ("worker/a.cpp", ABOUT + '#include <spdlog/spdlog.h>\n\n#include "adapters/sqlite/open.h"\n'),
    ("tests/a.cpp", ABOUT + '#include <sqlite3.h>\n\n#include "worker/run.h"\n'),
    ("ledger/a.cpp", ABOUT + '// A double refund, a new grant.\nauto a = "a new double\\" try";\n'),
    ("ledger/a.cpp", ABOUT + 'auto a = R"(double new)";\nauto b = 1\'000\'000;\nauto c = \'"\';\n'),
    ("ledger/a.cpp", ABOUT + "using namespace std::chrono_literals;\n"),
    ("ledger/a.cpp", ABOUT + "bool renewed = newest && retry;\n"),
    ("worker/a.cpp", ABOUT + "auto t = std::chrono::system_clock::now();\n"),
    ("worker/a.cpp", ABOUT + "// The timer and its callback hold it.\nstd::shared_ptr<int> p;\n"),
    ("base/check.h", HEADER + "#define CHECK(x) f(x)\n"),
    ("base/a.cpp", ABOUT + "int f() {\n" + LONG_BODY[:12 * 58] + "}\n"),
    ("base/a.cpp", ABOUT + "struct A {\n" + "    int f() { return 1; }\n" * 70 + "};\n"),
    ("base/a.cpp", ABOUT + "constexpr int table[] = {\n" + "    f(1),\n" * 70 + "};\n"),
    ("scripts/a.sh", "#!/bin/sh\n# What it is.\n"),
    ("docs/a.md", "A line of prose" + " and more of it" * 10 + "\n"),
]


class Tidy(unittest.TestCase):
    def test_reports_every_bad_snippet(self):
        for path, text, expected in BAD:
            with self.subTest(path=path, expected=expected):
                said = [what for _, what in tidy.check_file(path, text)]
                self.assertTrue([what for what in said if expected in what], said)

    def test_reports_a_bad_snippet_for_nothing_else(self):
        for path, text, expected in BAD:
            with self.subTest(path=path, expected=expected):
                self.assertEqual(len({what for _, what in tidy.check_file(path, text)}), 1)

    def test_lets_the_good_ones_pass(self):
        for path, text in GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(list(tidy.check_file(path, text)), [])

    def test_names_the_line(self):
        said = list(tidy.check_file("base/a.cpp", ABOUT + "\n\ndouble a;\n"))
        self.assertEqual(said, [(4, "no floating point in the core")])


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.write("base/CMakeLists.txt", "library(base SOURCES listed.cpp deep/listed.cpp)\n")

    def write(self, path, text):
        file = Path(self.temporary.name) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def said_of(self, path, text):
        self.write(path, text)
        folder = tidy.Folder(self.temporary.name)
        return [what for _, what in tidy.check_file(path, text, folder.beside)]

    def test_a_source_must_be_listed(self):
        self.assertEqual(self.said_of("base/listed.cpp", ABOUT), [])
        self.assertEqual(self.said_of("base/deep/listed.cpp", ABOUT), [])
        for path in ("base/lost.cpp", "base/deep/lost.cpp", "base/deep/isted.cpp"):
            said = self.said_of(path, ABOUT)
            self.assertEqual(said, ["not listed in the CMakeLists.txt of its folder"])

    def test_a_header_speaks_for_its_source(self):
        self.assertEqual(len(self.said_of("base/listed.cpp", "int a;\n")), 1)
        self.write("base/listed.h", HEADER)
        self.assertEqual(self.said_of("base/listed.cpp", "int a;\n"), [])

    def test_finds_sources_and_leaves_what_was_built(self):
        for path in ("base/a.h", "run", ".ci/run", "build/b.h", ".git/c.h", "__pycache__/d.py"):
            self.write(path, "")
        found = list(tidy.Folder(self.temporary.name).files())
        self.assertEqual(found, ["run", ".ci/run", "base/CMakeLists.txt", "base/a.h"])


if __name__ == "__main__":
    unittest.main()
