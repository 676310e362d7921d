// A workbench for command tests: a folder, an io_context, and a program run to its verdict.
#pragma once

#include <string>
#include <vector>

#include "adapters/providers/command.h"
#include "tests/providers/support.h"

namespace tests {

// One program's whole life: what it reported on the way, and its verdict.
struct Life {
    std::vector<adapters::Verdict> reports;
    adapters::Verdict verdict;
};

struct Bench {
    Folder folder;
    boost::asio::io_context io;
    adapters::providers::CommandOptions options;

    adapters::Call call(std::string input = "{}") const {
        return {.job = {7},
                .attempt = 2,
                .key = "k\"1",
                .user = "ann",
                .service = "tts",
                .input = std::move(input),
                .result_dir = folder.path() / "results" / "7",
                .timeout = base::Millis{20'000}};
    }

    // The body of a shell script as the only provider.
    adapters::providers::Command provider(std::string const& body) {
        options.run = {folder.script("program", body).string()};
        return {io.get_executor(), options};
    }

    Life live(adapters::providers::Command& command, adapters::Call const& call) {
        auto submitted = finish(io, command.submit(call));
        Life life{.verdict = submitted.verdict};
        while (life.verdict.fate == adapters::Fate::running) {
            life.verdict = finish(io, command.poll(call, submitted.task));
            life.reports.push_back(life.verdict);
        }
        return life;
    }

    adapters::Verdict run(std::string const& body) {
        auto command = provider(body);
        return live(command, call()).verdict;
    }
};

}  // namespace tests
