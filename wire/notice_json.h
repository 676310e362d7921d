// What goes to receivers of webhooks, as JSON (docs/webhooks.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/outbox.h"
#include "jobs/notice.h"

namespace wire {

// All of a message but its id, which only the store gives: the text that is stored, and that every
// attempt sends again.
std::string notice_body(jobs::Notice const& notice, base::Timestamp at);

// "msg_12", as receivers and operators know a message.
std::string message_id(std::int64_t id);
std::optional<std::int64_t> parse_message_id(std::string_view text);

// The stored text with its id in front.
std::string body_with_id(std::int64_t id, std::string_view body);

std::string_view to_text(adapters::MessageState state);
std::optional<adapters::MessageState> parse_message_state(std::string_view text);

// For operators: where it stands, and with `whole` what it says. Of an address no more than whose
// it is, for the rest may be a secret.
boost::json::object message_json(adapters::OutboxMessage const& message, bool whole);

}  // namespace wire
