// Dialects as files: what is shipped is right, and every mistake is told with its line.
#include <fstream>

#include "tests/http_provider/world.h"

namespace {

using Lines = std::vector<std::string>;

Lines mistakes(std::string const& yaml) {
    Lines lines;
    for (auto const& problem : config::parse_dialect(yaml, "d").problems) {
        lines.push_back(config::to_text(problem));
    }
    return lines;
}

std::string const small = R"(dialect: x
vars: {base_url: https://a.example}
submit:
  url: "{{base_url}}/go"
  json: {text: "{{input.text}}"}
result:
  fields: {text: /text}
)";

TEST(Dialect, EveryShippedOneIsRightAndHasTheNameOfItsFile) {
    ASSERT_FALSE(config::shipped_dialects().empty());
    for (auto const& shipped : config::shipped_dialects()) {
        auto const dialect = tests::dialect_of(std::string{shipped.yaml});
        EXPECT_EQ(dialect.name, shipped.name);
        EXPECT_FALSE(dialect.about.empty()) << shipped.name;
    }
}

TEST(Dialect, ASmallOneAndABigOneAreRead) {
    EXPECT_EQ(mistakes(small), Lines{});
    auto const big = tests::dialect_of(tests::video);
    EXPECT_EQ(big.poll->words.at("unknown"), dialect::State::lost);
    EXPECT_EQ(big.submit.body, dialect::Body::json);
    EXPECT_EQ(big.poll->retention, base::Millis{86'400'000});
}

TEST(Dialect, UnknownKeysNameTheNearestKnownOne) {
    EXPECT_EQ(mistakes(small + "polls: {}\n"),
              Lines{"d:8: polls: unknown key; did you mean `poll`?"});
    EXPECT_EQ(mistakes("dialect: x\nsubmit:\n  url: https://a.example\n  succes: []\n"
                       "result: {fields: {a: /a}}\n"),
              Lines{"d:4: submit.succes: unknown key; did you mean `success`?"});
}

TEST(Dialect, UndefinedVariablesAreFoundWhereTheyAreWritten) {
    EXPECT_EQ(mistakes("dialect: x\nvars: {base_url: https://a.example}\nsubmit:\n"
                       "  url: \"{{bas_url}}/go\"\nresult: {fields: {a: /a}}\n"),
              Lines{"d:4: submit.url: no variable `bas_url`; did you mean `base_url`?"});
    EXPECT_EQ(mistakes("dialect: x\nsubmit:\n  url: \"https://a.example/{{task}}\"\n"
                       "result: {fields: {a: /a}}\n"),
              Lines{"d:3: submit.url: `task` is only known to poll, result and cancel"});
}

TEST(Dialect, StatesThatAreNeverReachedAreMistakes) {
    auto const lines = mistakes(R"(dialect: x
submit: {url: https://a.example, task: /id}
poll:
  url: "https://a.example/{{task}}"
  status: /status
  words: {running: [run], completed: [run]}
result: {fields: {a: /a}}
errors:
  - {as: job}
  - {status: 429, as: moment}
)");
    EXPECT_EQ(lines, (Lines{"d:6: poll.words: no word means completed: it is never reached",
                            "d:6: poll.words: no word means failed: it is never reached",
                            "d:6: poll.words.completed: `run` already means another state",
                            "d:9: errors[0]: takes every error: the rules after it are never "
                            "reached"}));
}

TEST(Dialect, PartsThatNeedEachOtherAreAskedFor) {
    EXPECT_EQ(mistakes("dialect: x\nsubmit: {url: https://a.example, task: /id}\n"
                       "result: {fields: {a: /a}}\n"),
              Lines{"d:1: poll: missing; `submit.task` names a task that nobody asks about"});
    EXPECT_EQ(mistakes("dialect: x\nsubmit: {url: https://a.example, idempotency: honoured}\n"
                       "result: {fields: {a: /a}}\n"),
              Lines{"d:2: submit.idempotency: needs a client_key"});
}

TEST(Dialect, ALookUpSaysWhatProvesThatThereIsNone) {
    auto const of = [](std::string const& lookup) {
        return mistakes("dialect: x\nsubmit: {url: https://a.example}\nlookup: " + lookup +
                        "\nresult: {fields: {a: /a}}\n");
    };
    EXPECT_EQ(of("{url: https://a.example, found: /id}"),
              Lines{"d:3: lookup.absent: missing; expected tests of what it says where there is "
                    "none"});
    EXPECT_EQ(of("{url: https://a.example, list: /a, match: {at: /b, is: 1}, id: /id}"),
              Lines{"d:3: lookup.absent: missing; or `pages`: how it is known that it's in none"});
    EXPECT_EQ(of("{url: \"https://a.example/{{page}}\", found: /id, absent: {status: 404}}"),
              Lines{"d:3: lookup.url: `page` is only known to a lookup with `pages`"});
    EXPECT_EQ(of("{url: https://a.example, list: /a, match: {at: /b, is: 1}, id: /id, "
                 "pages: {from: 1, at_most: 3}}"),
              Lines{"d:3: lookup.pages: its request has no `{{page}}`: all pages would be one"});
}

TEST(Dialect, WhatIsRepeatedUnderAKeyCantHaveTheAttemptInIt) {
    auto const lines = mistakes(R"(dialect: x
submit:
  url: https://a.example
  json: {n: ["{{job.attempt}}"]}
  client_key: {where: header, name: Idempotency-Key}
  idempotency: honoured
result: {fields: {a: /a}}
)");
    EXPECT_EQ(lines, Lines{"d:6: submit.idempotency: a repeat must be the same to the byte, and "
                           "`job.attempt` is not"});
}

TEST(Dialect, BrokenTemplatesAndPointersSayWhatIsWrong) {
    EXPECT_EQ(mistakes("dialect: x\nsubmit: {url: \"https://a.example/{{input.a\"}\n"
                       "result: {fields: {a: /a~}}\n"),
              (Lines{"d:2: submit.url: `https://a.example/{{input.a`: `{{` without `}}`",
                     "d:3: result.fields.a: `/a~`: `~` is written as `~0` in a JSON pointer"}));
}

}  // namespace
