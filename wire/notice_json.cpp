#include "wire/notice_json.h"

#include <boost/json.hpp>

#include "wire/job_body.h"
#include "wire/json.h"

namespace wire {

namespace json = boost::json;

namespace {

constexpr std::string_view id_prefix = "msg_";

json::object facts_json(jobs::Facts const& facts);

struct FactJson {
    json::value operator()(std::int64_t number) const { return number; }

    json::value operator()(std::string const& text) const { return json::value(text); }

    json::value operator()(std::vector<jobs::Facts> const& groups) const {
        json::array list;
        for (auto const& group : groups) {
            list.emplace_back(facts_json(group));
        }
        return list;
    }
};

json::object facts_json(jobs::Facts const& facts) {
    json::object object;
    for (auto const& fact : facts) {
        object[fact.name] = std::visit(FactJson{}, fact.value);
    }
    return object;
}

}  // namespace

std::string notice_body(jobs::Notice const& notice, base::Timestamp at) {
    json::object body{{"type", notice.kind}, {"created_at", base::to_ms(at)}};
    if (!notice.user.empty()) {
        body["user_id"] = notice.user;
    }
    body["data"] = notice.job ? job_json(*notice.job) : json::value(facts_json(notice.facts));
    return json::serialize(body);
}

std::string message_id(std::int64_t id) {
    return std::string{id_prefix} + std::to_string(id);
}

std::optional<std::int64_t> parse_message_id(std::string_view text) {
    if (text.starts_with(id_prefix)) {
        text.remove_prefix(id_prefix.size());
    }
    auto const id = parse_job_id(text);
    return id ? std::optional{id->value} : std::nullopt;
}

std::string body_with_id(std::int64_t id, std::string_view body) {
    std::string whole = "{\"id\":\"" + message_id(id) + "\"";
    if (body.size() > 2) {
        whole += ",";
        whole += body.substr(1);
        return whole;
    }
    return whole + "}";
}

std::string_view to_text(adapters::MessageState state) {
    switch (state) {
        case adapters::MessageState::pending:
            return "pending";
        case adapters::MessageState::delivered:
            return "delivered";
        case adapters::MessageState::dead:
            return "dead";
    }
    return "";
}

std::optional<adapters::MessageState> parse_message_state(std::string_view text) {
    using adapters::MessageState;
    for (auto const state : {MessageState::pending, MessageState::delivered, MessageState::dead}) {
        if (text == to_text(state)) {
            return state;
        }
    }
    return std::nullopt;
}

json::object message_json(adapters::OutboxMessage const& message, bool whole) {
    json::object object{
        {"id", message_id(message.id)}, {"type", message.kind},
        {"target", message.target},     {"state", std::string{to_text(message.state)}},
        {"attempts", message.attempts}, {"created_at", base::to_ms(message.created_at)}};
    if (!message.user.empty()) {
        object["user_id"] = message.user;
    }
    if (message.job) {
        object["job"] = base::to_text(message.job);
    }
    if (message.tried_at) {
        object["tried_at"] = base::to_ms(*message.tried_at);
    }
    if (message.status != 0) {
        object["status"] = message.status;
    }
    if (!message.error.empty()) {
        object["error"] = message.error;
    }
    if (whole) {
        object["message"] = json::parse(body_with_id(message.id, message.body));
    }
    return object;
}

}  // namespace wire
