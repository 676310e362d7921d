// Plays the scenarios of this folder, line by line, on each store; README.md says how they are
// written. After every line the whole store is audited. A failure names the scenario's own line.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "adapters/postgres/open.h"
#include "adapters/sqlite/open.h"
#include "tests/scenarios/player.h"
#include "tests/support/servers.h"
#include "tests/support/temp_dir.h"

namespace tests {
namespace {

// A schema for each scenario, all in one database.
std::unique_ptr<adapters::Store> open_postgres(Desk::Clock clock) {
    static std::string const url = support::fresh_database();
    static int made = 0;
    made += 1;
    return adapters::open_postgres({.url = url,
                                    .schema = "scenario_" + std::to_string(made),
                                    .connections = 2,
                                    .clock = std::move(clock)});
}

Desk::MakeStore maker_of(std::string const& store, std::filesystem::path const& folder) {
    if (store == "memory") {
        return [](Desk::Clock clock) { return adapters::open_memory({.clock = std::move(clock)}); };
    }
    if (store == "postgres") {
        return open_postgres;
    }
    return [folder](Desk::Clock clock) {
        return adapters::open_sqlite(
            {.path = folder / "store.db", .clock = std::move(clock), .durable = false});
    };
}

// One line that was answered, and what the scenario says that it must be answered.
struct Step {
    int number = 0;
    Line line{""};
    Answers answers;
    std::vector<Line> expected;
};

std::string words_of(Line const& line, std::size_t from = 0) {
    std::string text;
    for (std::size_t i = from; i < line.words.size(); ++i) {
        text += (text.empty() ? "" : " ") + line.words[i];
    }
    return text;
}

std::string differences(std::string const& words, Texts const& expected, Answer const& seen) {
    std::string text;
    if (words != seen.words) {
        text += "  expected `" + words + "`, saw `" + seen.words + "`\n";
    }
    for (auto const& [name, value] : expected) {
        auto const found = seen.fields.find(name);
        if (found == seen.fields.end()) {
            text += "  there is no `" + name + "` to expect here\n";
        } else if (found->second != value) {
            text +=
                "  expected " + name + "=" + value + ", saw " + name + "=" + found->second + "\n";
        }
    }
    return text;
}

// What is wrong with the answers; empty: nothing.
std::string judge(Step const& step) {
    if (step.line.word(0) == "expect") {
        return differences(words_of(step.line, 3), step.line.fields, step.answers.at(0));
    }
    std::string text;
    if (step.expected.empty()) {
        for (Answer const& answer : step.answers) {
            text += answer.refused ? "  expected success, saw `" + answer.words + "`\n" : "";
        }
        return text;
    }
    if (step.expected.size() != step.answers.size()) {
        text += "  expected " + std::to_string(step.expected.size()) + " answers, saw " +
                std::to_string(step.answers.size()) + ":\n";
        for (Answer const& answer : step.answers) {
            text += "    " + answer.words + "\n";
        }
        return text;
    }
    for (std::size_t i = 0; i < step.answers.size(); ++i) {
        text += differences(words_of(step.expected[i]), step.expected[i].fields, step.answers[i]);
    }
    return text;
}

class Scenario : public testing::TestWithParam<std::tuple<std::string, std::string>> {
protected:
    // Plays until the first failure.
    void play(std::string const& file) {
        std::ifstream in{file};
        ASSERT_TRUE(in.good()) << file;
        int number = 0;
        for (std::string text; std::getline(in, text);) {
            ++number;
            text.resize(std::min(text.find('#'), text.size()));
            if (text.starts_with("prices")) {
                set_prices(in, number);
            } else if (text.find_first_not_of(' ') != std::string::npos) {
                take(text, number);
            }
            if (HasFatalFailure() || HasNonfatalFailure()) {
                return;
            }
        }
        finish();
    }

    void fail(int number, std::string const& what) {
        ADD_FAILURE_AT(file_.c_str(), number) << what;
    }

    void set_prices(std::ifstream& in, int& number) {
        int const first = number;
        std::string yaml;
        for (std::string text; std::getline(in, text) && text != "end";) {
            ++number;
            yaml += text + "\n";
        }
        ++number;
        try {
            finish();
            player_.set_prices("services:\n" + yaml);
        } catch (std::exception const& mistake) {
            fail(first, mistake.what());
        }
    }

    void take(std::string const& text, int number) {
        if (auto const arrow = text.find("->"); arrow != std::string::npos) {
            step_.expected.emplace_back(text.substr(arrow + 2));
            return;
        }
        finish();
        if (HasNonfatalFailure()) {
            return;
        }
        step_ = {.number = number, .line = Line{text}};
        try {
            step_.answers = player_.play(step_.line);
        } catch (std::exception const& mistake) {
            fail(number, mistake.what());
        }
    }

    // Compares the answers of the last step, now that all that is expected of it has been read.
    void finish() {
        if (step_.number == 0) {
            return;
        }
        auto const wrong = judge(step_) + player_.audit();
        if (!wrong.empty()) {
            fail(step_.number, words_of(step_.line) + "\n" + wrong);
        }
        step_ = {};
    }

    support::TempDir folder_;
    std::string const file_ = std::string{SCENARIOS "/"} + std::get<0>(GetParam()) + ".txt";
    Player player_{maker_of(std::get<1>(GetParam()), folder_.path())};
    Step step_;
};

std::vector<std::string> scenarios() {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator{SCENARIOS}) {
        if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
            names.push_back(entry.path().stem());
        }
    }
    std::ranges::sort(names);
    return names;
}

TEST_P(Scenario, Holds) {
    play(file_);
}

// The judge is what makes a scenario able to fail.
TEST(ScenarioJudge, FindsWhateverIsNotAsExpected) {
    Answer const seen{.words = "J1", .fields = {{"attempt", "1"}}};
    auto const judged = [&](std::vector<Line> expected) {
        return judge({.line = Line{"claim"}, .answers = {seen}, .expected = std::move(expected)});
    };
    EXPECT_EQ(judged({}), "");
    EXPECT_EQ(judged({Line{"J1 attempt=1"}}), "");
    EXPECT_EQ(judged({Line{"J1 attempt=2"}}), "  expected attempt=2, saw attempt=1\n");
    EXPECT_EQ(judged({Line{"J2"}}), "  expected `J2`, saw `J1`\n");
    EXPECT_NE(judged({Line{"J1 attemt=1"}}), "");
    EXPECT_NE(judged({Line{"J1"}, Line{"J2"}}), "");
    EXPECT_NE(judge({.line = Line{"claim"}, .answers = {{.words = "nothing", .refused = true}}}),
              "");
    EXPECT_NE(judge({.line = Line{"expect balance u1 5"}, .answers = {{.words = "6"}}}), "");
    EXPECT_NE(judge({.line = Line{"wake"}, .expected = {Line{"ready=1"}}}), "");
}

INSTANTIATE_TEST_SUITE_P(All, Scenario,
                         testing::Combine(testing::ValuesIn(scenarios()),
                                          testing::Values("memory", "sqlite", "postgres")),
                         [](auto const& info) {
                             auto name = std::get<0>(info.param) + "_on_" + std::get<1>(info.param);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace tests
