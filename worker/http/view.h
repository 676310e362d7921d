// A job as the face shows it: rendered once, whoever asks, with its ETag.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "jobs/job.h"

namespace worker::http {

struct View {
    base::JobId id;
    std::string user;
    std::string service;
    jobs::State state = jobs::State::queued;
    bool ended = false;
    int progress = 0;
    std::string note;    // of the progress
    std::string charge;  // its money, as JSON
    std::string text;    // the whole job, as JSON
    std::string tag;     // of the text: 16 hexadecimal digits
    std::int64_t at =
        0;  // when the last that happened to it did, milliseconds by the store's clock
};

View view_of(jobs::Job const& job);

// `"0123456789abcdef"`, as in ETag.
std::string etag_of(View const& view);

// Whether an If-None-Match names it.
bool matches(std::string_view if_none_match, View const& view);

// One event each, as server-sent events have it: its id, its name, its data.
enum class EventKind : std::uint8_t { state, progress, money };
std::string event_text(EventKind kind, View const& view, std::string_view id);

}  // namespace worker::http
