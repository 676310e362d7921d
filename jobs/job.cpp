// Texts of states.
#include "jobs/job.h"

#include <array>

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

bool ended(State state) {
    return state == State::completed || state == State::failed || state == State::cancelled;
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
