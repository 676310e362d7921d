// What an attempt means for its message: delivered, to be tried again and when, or dead. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/outbox.h"
#include "base/time.h"
#include "config/settings.h"

namespace worker {

// How it went: a status of HTTP, or a code of what went wrong before there was one.
struct Attempted {
    unsigned status = 0;
    std::string code;         // of adapters::fetch; empty where there was an answer
    std::string error;        // one line, for people
    std::string retry_after;  // as the receiver wrote it
};

struct DeliveryVerdict {
    adapters::MessageState state = adapters::MessageState::delivered;
    std::string error;
    base::Millis again_in{};  // where it is pending
    // The receiver itself said how long to leave it alone, whatever the message.
    std::optional<base::Millis> leave_alone;
    bool answered = false;  // it is there, whatever it said
};

// Seconds, or a date of HTTP; nothing where it is neither. No longer than a day.
std::optional<base::Millis> parse_retry_after(std::string_view text, base::Timestamp now);

DeliveryVerdict judge(Attempted const& attempted, adapters::OutboxMessage const& message,
                      std::optional<base::Timestamp> failing_since, base::Timestamp now,
                      config::Webhooks const& settings);

}  // namespace worker
