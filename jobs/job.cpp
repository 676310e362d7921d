// Texts of states, and small questions about jobs.
#include "jobs/job.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace jobs {

namespace {

constexpr std::array<std::string_view, 5> state_texts = {"queued", "processing", "completed",
                                                         "failed", "cancelled"};
constexpr std::array<std::string_view, 4> wait_texts = {"none", "time", "parents", "room"};

template <typename Enum, std::size_t size>
std::optional<Enum> parse(std::array<std::string_view, size> const& texts, std::string_view text) {
    for (std::size_t i = 0; i < size; ++i) {
        if (texts.at(i) == text) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

}  // namespace

namespace {

constexpr std::string_view key_mark = ";key=";

}  // namespace

std::string origin_of(Job const& job) {
    return job.api_key == 0 ? job.trace
                            : job.trace + std::string{key_mark} + std::to_string(job.api_key);
}

void read_origin(std::string_view line, Job& job) {
    auto const mark = line.rfind(key_mark);
    job.trace = line.substr(0, mark);
    if (mark != std::string_view::npos) {
        line.remove_prefix(mark + key_mark.size());
        job.api_key = base::parse_integer(line).value_or(0);
    }
}

namespace {

constexpr char runner_mark = '|';  // no provider's name has it
constexpr char parked_mark = 'p';
constexpr char resubmitted_mark = 'r';

}  // namespace

std::string runner_of(Job const& job) {
    if (job.model.empty() && !job.parked && !job.resubmitted) {
        return job.provider;
    }
    auto line = job.provider + runner_mark;
    line += job.parked ? std::string{parked_mark} : "";
    line += job.resubmitted ? std::string{resubmitted_mark} : "";
    return line + runner_mark + job.model;
}

void read_runner(std::string_view line, Job& job) {
    auto const first = line.find(runner_mark);
    job.provider = line.substr(0, first);
    if (first == std::string_view::npos) {
        return;
    }
    line.remove_prefix(first + 1);
    auto const second = std::min(line.find(runner_mark), line.size());
    auto const marks = line.substr(0, second);
    job.parked = marks.contains(parked_mark);
    job.resubmitted = marks.contains(resubmitted_mark);
    job.model = line.substr(std::min(second + 1, line.size()));
}

bool ended(State state) {
    return state == State::completed || state == State::failed || state == State::cancelled;
}

bool parents_decided(std::vector<State> const& parents) {
    bool const one_failed = std::ranges::any_of(
        parents, [](State state) { return ended(state) && state != State::completed; });
    return one_failed || std::ranges::all_of(parents, ended);
}

std::string to_line(std::vector<base::JobId> const& ids) {
    std::string line;
    for (base::JobId const id : ids) {
        line += line.empty() ? "" : ",";
        line += base::to_text(id);
    }
    return line;
}

std::vector<base::JobId> parse_ids(std::string_view line) {
    std::vector<base::JobId> ids;
    char const* at = line.data();
    char const* const end = at + line.size();
    while (at < end) {
        base::JobId id;
        at = std::from_chars(at, end, id.value).ptr + 1;
        ids.push_back(id);
    }
    return ids;
}

bool was_accepted(Job const& job) {
    return !job.version.empty();
}

std::string_view to_text(State state) {
    return state_texts.at(static_cast<std::size_t>(state));
}

std::string_view to_text(Wait wait) {
    return wait_texts.at(static_cast<std::size_t>(wait));
}

std::optional<State> parse_state(std::string_view text) {
    return parse<State>(state_texts, text);
}

std::optional<Wait> parse_wait(std::string_view text) {
    return parse<Wait>(wait_texts, text);
}

}  // namespace jobs
