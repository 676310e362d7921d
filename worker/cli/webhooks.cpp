// webhooks list|show|replay|test: messages on their way to receivers.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/outbox.h"
#include "wire/notice_json.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"
#include "worker/replay.h"

namespace worker::cli {

namespace {

using adapters::OutboxMessage;

class Webhooks final : public Verb {
public:
    void declare(Options& options) override {
        auto& list = options.word("list", word_, "Lists messages, newest first");
        list.text("--state", "STATE", state_, "pending, delivered or dead (default: all)");
        list.text("--user", "USER", user_, "of this account only");
        list.number("--limit", limit_, 1, 10'000, "at most so many (default 50)");
        list.example("  tallyman webhooks list --state dead");
        auto& show = options.word("show", word_, "Shows one message and what it says");
        show.required("ID", id_, "its id, such as msg_12");
        show.example("  tallyman webhooks show msg_12");
        auto& replay = options.word("replay", word_, "Delivers messages once more");
        replay.any("ID", ids_, "their ids; none with --dead");
        replay.flag("--dead", dead_, "all that were given up");
        replay.text("--since", "WHEN", since_, "… and were written since that time (with --dead)");
        replay.example(
            "  tallyman webhooks replay msg_12\n"
            "  tallyman webhooks replay --dead --since 2026-11-20");
        for (auto* const word : {&list, &replay}) {
            word->text("--target", "NAME", target_, "an endpoint's name, or an address's origin");
        }
        auto& test = options.word("test", word_, "Sends a message that says nothing");
        test.required("NAME", id_, "the endpoint, as it is configured");
        test.example("  tallyman webhooks test crm");
        options.example("  tallyman webhooks\n  tallyman webhooks replay --dead --since 2d");
    }

    int run(Context& context) override {
        if (word_ == "show") {
            return show(context);
        }
        if (word_ == "replay") {
            return replay(context);
        }
        return word_ == "test" ? test(context) : list(context);
    }

private:
    adapters::MessageFilter filter() const {
        adapters::MessageFilter filter{
            .target = target_, .user = user_, .limit = static_cast<int>(limit_)};
        if (!state_.empty()) {
            filter.state = wire::parse_message_state(state_);
            if (!filter.state) {
                throw Stop(usage, fmt::format("--state: expected pending, delivered or dead, got "
                                              "`{}`",
                                              clean(state_)));
            }
        }
        return filter;
    }

    int list(Context& context) const {
        auto const wanted = filter();
        auto const found = context.store(Opening::existing).outbox().list(wanted);
        if (context.json()) {
            for (auto const& message : found) {
                Context::print(wire::message_json(message, false));
            }
            return done;
        }
        Table table({{"ID"},
                     {"EVENT"},
                     {"USER"},
                     {"TARGET"},
                     {"STATE"},
                     {"TRIES", Table::Align::right},
                     {"WRITTEN"},
                     {"LAST ERROR"}});
        for (auto const& message : found) {
            table.row({wire::message_id(message.id), message.kind, clean(message.user),
                       clean(message.target), std::string{wire::to_text(message.state)},
                       std::to_string(message.attempts), local_time(message.created_at),
                       clean(message.error)});
        }
        table.print();
        return done;
    }

    static std::int64_t number_of(std::string const& text) {
        auto const id = wire::parse_message_id(text);
        if (!id) {
            throw Stop(usage, fmt::format("expected the id of a message such as msg_12, got `{}`",
                                          clean(text)));
        }
        return *id;
    }

    static OutboxMessage known(Context& context, std::string const& text) {
        auto const id = number_of(text);
        auto message = context.store(Opening::existing).outbox().find(id);
        if (!message) {
            throw Stop(answer_is_no, fmt::format("there is no message `{}`; `tallyman webhooks` "
                                                 "lists them",
                                                 clean(text)));
        }
        return *message;
    }

    int show(Context& context) const {
        auto const message = known(context, id_);
        auto const json = wire::message_json(message, true);
        if (context.json()) {
            Context::print(json);
            return done;
        }
        fmt::print("{}  {} to {}: {}, {} tries\nwritten {}\n", wire::message_id(message.id),
                   message.kind, clean(message.target), wire::to_text(message.state),
                   message.attempts, local_time(message.created_at));
        if (message.tried_at) {
            fmt::print("tried {}\n", local_time(*message.tried_at));
        }
        if (!message.error.empty()) {
            fmt::print("error: {}\n", clean(message.error));
        }
        fmt::print("{}\n", clean(wire::body_with_id(message.id, message.body)));
        return done;
    }

    int replay(Context& context) const {
        if (dead_ != ids_.empty()) {
            throw Stop(usage, "expected ids of messages, or --dead with --since");
        }
        auto& store = context.store(Opening::existing);
        int count = 0;
        if (dead_) {
            auto const since = since_.empty() ? base::Timestamp{} : ago(store.now());
            count = replay_dead(store, since, target_);
        } else {
            std::vector<std::int64_t> numbers;
            for (auto const& id : ids_) {
                numbers.push_back(known(context, id).id);
            }
            count = store.outbox().replay(numbers);
        }
        if (context.json()) {
            Context::print(boost::json::object{{"replayed", count}});
        } else {
            fmt::print("{} messages are delivered once more\n", count);
        }
        return done;
    }

    // A duration is back from now, a date is itself.
    base::Timestamp ago(base::Timestamp now) const {
        if (auto const life = base::parse_duration(since_)) {
            return now - *life;
        }
        return when("--since", since_, now);
    }

    int test(Context& context) const {
        auto const& endpoints = context.settings().webhooks.endpoints;
        auto const found = std::ranges::find(endpoints, id_, &config::WebhookEndpoint::name);
        if (found == endpoints.end()) {
            throw Stop(answer_is_no, fmt::format("no endpoint `{}` is configured under "
                                                 "`webhooks.endpoints`",
                                                 clean(id_)));
        }
        auto& store = context.store(Opening::existing);
        store.transact({}, [&](jobs::Batch& batch) {
            jobs::Notice const notice{.kind = "test", .facts = {{"endpoint", id_}}};
            batch.messages.push_back(
                jobs::message_for({.target = id_}, notice, wire::notice_body(notice, batch.now)));
        });
        auto const written = store.outbox().list({.target = id_, .limit = 1});
        if (context.json()) {
            Context::print(wire::message_json(written.front(), true));
        } else {
            fmt::print(
                "message {} is on its way, if a worker or scheduler runs; `tallyman "
                "webhooks show {}` tells what became of it\n",
                wire::message_id(written.front().id), wire::message_id(written.front().id));
        }
        return done;
    }

    std::string word_;
    std::string id_;
    std::vector<std::string> ids_;
    std::string state_;
    std::string user_;
    std::string target_;
    std::string since_;
    std::int64_t limit_ = 50;
    bool dead_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_webhooks() {
    return std::make_unique<Webhooks>();
}

}  // namespace worker::cli
