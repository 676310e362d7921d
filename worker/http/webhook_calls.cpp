// Messages for the world, as an operator sees them: what waits, what was given up, once more.
#include <algorithm>
#include <array>

#include "wire/notice_json.h"
#include "worker/http/calls.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/replay.h"

namespace worker::http {

namespace {

using adapters::http::Response;

constexpr int usual_messages = 50;
constexpr int most_messages = 500;

Problem unknown_message() {
    return wire::Refusal{.code = "unknown_message",
                         .detail =
                             "there is no message of that id; those that were delivered are "
                             "removed after a while",
                         .status = 404,
                         .facts = {}};
}

Or<adapters::MessageFilter> message_filter_of(Call const& call) {
    auto const& request = call.request;
    adapters::MessageFilter filter;
    filter.target = request.parameter("target").value_or("");
    filter.user = request.parameter("user_id").value_or("");
    if (auto const state = request.parameter("state"); state && !state->empty()) {
        filter.state = wire::parse_message_state(*state);
        if (!filter.state) {
            return std::unexpected{bad_field("state", "must be pending, delivered or dead")};
        }
    }
    if (auto const cursor = request.parameter("cursor"); cursor && !cursor->empty()) {
        filter.before = wire::parse_message_id(*cursor);
        if (!filter.before) {
            return std::unexpected{bad_field("cursor", "is not one that a list has given")};
        }
    }
    auto const limit = number_in_query(call, "limit", usual_messages, most_messages);
    if (!limit) {
        return std::unexpected{limit.error()};
    }
    filter.limit = static_cast<int>(std::max<std::int64_t>(*limit, 1));
    return filter;
}

Response list(Call const& call) {
    auto const filter = message_filter_of(call);
    if (!filter) {
        return refuse(call, filter.error());
    }
    auto& outbox = call.office.store.outbox();
    auto const found = outbox.list(*filter);
    boost::json::array messages;
    for (auto const& message : found) {
        messages.push_back(wire::message_json(message, false));
    }
    auto const figures = outbox.figures();
    boost::json::object answer{
        {"messages", std::move(messages)}, {"pending", figures.pending}, {"dead", figures.dead}};
    if (figures.oldest_pending) {
        answer["oldest_pending_at"] = base::to_ms(*figures.oldest_pending);
    }
    if (std::ssize(found) == filter->limit) {
        answer["next_cursor"] = wire::message_id(found.back().id);
    }
    return json_answer(answer);
}

std::optional<adapters::OutboxMessage> named(Call const& call) {
    auto const id = wire::parse_message_id(call.parts.front());
    return id ? call.office.store.outbox().find(*id) : std::nullopt;
}

Response look(Call const& call) {
    auto const message = named(call);
    return message ? json_answer(wire::message_json(*message, true))
                   : refuse(call, unknown_message());
}

Response replay(Call const& call) {
    auto const message = named(call);
    if (!message) {
        return refuse(call, unknown_message());
    }
    auto& outbox = call.office.store.outbox();
    outbox.replay({message->id});
    call.office.log.business(
        "webhook.replayed", {{"message", wire::message_id(message->id)}, {"by", call.caller.name}});
    return json_answer(wire::message_json(outbox.find(message->id).value_or(*message), true));
}

Response replay_many(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto const* const since = body->object.if_contains("since");
    auto const* const target = body->object.if_contains("target");
    bool const timed = since != nullptr && since->is_int64() && since->get_int64() >= 0;
    if (!timed) {
        return refuse(call, bad_field("since", "must be a time in milliseconds"));
    }
    if (target != nullptr && !target->is_string() && !target->is_null()) {
        return refuse(call, bad_field("target", "must be a string"));
    }
    bool const one = target != nullptr && target->is_string();
    auto const count = replay_dead(call.office.store, base::from_ms(since->get_int64()),
                                   one ? std::string{target->get_string()} : std::string{});
    call.office.log.business("webhook.replayed", {{"messages", static_cast<std::int64_t>(count)},
                                                  {"by", call.caller.name}});
    return json_answer({{"replayed", count}});
}

constexpr std::array webhook_rows{
    Route{.method = "GET",
          .pattern = "/api/admin/webhooks/messages",
          .access = Access::admin_reading,
          .handle = on_pool<list>,
          .summary = "Messages for receivers, newest first: what waits, what was given up"},
    Route{.method = "GET",
          .pattern = "/api/admin/webhooks/messages/{id}",
          .access = Access::admin_reading,
          .handle = on_pool<look>,
          .summary = "One message, with what it says"},
    Route{.method = "POST",
          .pattern = "/api/admin/webhooks/messages/{id}/replay",
          .access = Access::admin,
          .handle = on_pool<replay>,
          .summary = "Delivers a message once more, whatever became of it"},
    Route{.method = "POST",
          .pattern = "/api/admin/webhooks/replay",
          .access = Access::admin,
          .handle = on_pool<replay_many>,
          .summary = "Delivers what was given up since a time"},
};

}  // namespace

std::span<Route const> webhook_routes() {
    return webhook_rows;
}

}  // namespace worker::http
