// The lines in which stores keep what has no columns of its own, if a disk or a person has changed
// them: nothing crashes, and what is understood is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "jobs/job.h"
#include "jobs/measurement.h"
#include "jobs/order.h"
#include "ledger/entry.h"
#include "ledger/standing.h"
#include "worker/made_note.h"
#include "worker/pace.h"

namespace {

void check_job(std::string const& line) {
    auto const ids = jobs::parse_ids(line);
    CHECK(jobs::parse_ids(jobs::to_line(ids)) == ids);
    jobs::Job job;
    jobs::read_origin(line, job);
    jobs::read_runner(line, job);
    jobs::Job again;
    jobs::read_origin(jobs::origin_of(job), again);
    jobs::read_runner(jobs::runner_of(job), again);
    bool const a_trace = !job.trace.contains(";key=");  // those that are let in have none
    CHECK(!a_trace || jobs::origin_of(again) == jobs::origin_of(job));
    CHECK(jobs::runner_of(again) == jobs::runner_of(job));
    if (auto const measurement = jobs::parse_measurement(line)) {
        auto const text = jobs::to_line(*measurement);
        auto const second = jobs::parse_measurement(text);
        CHECK(second && jobs::to_line(*second) == text);
        jobs::duration_of(*measurement);
    }
}

void check_order(std::string const& line) {
    auto const words = jobs::parse_words(line);
    if (!words.contains("")) {  // no word is empty
        CHECK(jobs::parse_words(jobs::to_line(words)) == words);
    }
    auto const returns = jobs::parse_returns(line);
    CHECK(jobs::parse_returns(jobs::to_lines(returns)) == returns);
    if (auto const bought = jobs::parse_bought(line)) {
        CHECK(jobs::parse_bought(jobs::to_line(*bought)) == bought);
    }
}

void check_ledger(std::string const& line) {
    if (auto const draws = ledger::parse_draws(line)) {
        CHECK(ledger::parse_draws(ledger::to_line(*draws)) == draws);
    }
    auto const standing = ledger::parse_standing(line);
    CHECK(ledger::parse_standing(ledger::line_of(standing)) == standing);
}

void check_worker(std::string const& line) {
    if (auto const note = worker::parse_pace(line)) {
        CHECK(worker::parse_pace(worker::to_line(*note)) == note);
    }
    if (auto const verdict = worker::noted("tallyman-made:" + line)) {
        auto const text = worker::made_note(*verdict);
        CHECK(text.empty() || worker::noted(text).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const line{reinterpret_cast<char const*>(data), size};
    check_job(line);
    check_order(line);
    check_ledger(line);
    check_worker(line);
    return 0;
}
