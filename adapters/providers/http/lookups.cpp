// That a task is not there is believed on proof only: the provider's own word for it, or a list
// that was read to its end. A list that is not there, or goes on for too long, proves nothing.
#include "adapters/providers/http/lookups.h"

#include <boost/asio/use_awaitable.hpp>

#include "adapters/providers/http/provider.h"
#include "base/credits.h"

namespace adapters::providers::http {

namespace asio = boost::asio;

namespace {

constexpr base::Millis question_time{30'000};
constexpr base::Millis between{5'000};

// Their clock and ours.
constexpr base::Millis apart{600'000};

// Seconds or milliseconds since 1970, or a timestamp with its zone.
std::optional<base::Timestamp> moment_of(Json const& json) {
    constexpr std::int64_t in_millis = 100'000'000'000;
    auto const text = plain(json);
    auto const number = base::parse_integer(text);
    if (!number) {
        return base::parse_timestamp(text);
    }
    bool const good = *number > 0 && *number < in_millis * 1'000;
    return good ? std::optional{base::Timestamp{
                      base::Millis{*number < in_millis ? *number * 1'000 : *number}}}
                : std::nullopt;
}

bool is_older(dialect::Lookup const& lookup, Json const& item, base::Timestamp since) {
    auto const* begun = first_of(item, lookup.begun_at);
    auto const moment = begun == nullptr ? std::nullopt : moment_of(*begun);
    return moment && *moment < since - apart;
}

Sight in_list(dialect::Lookup const& lookup, Heard const& heard, Values const& values,
              base::Timestamp since) {
    Sight sight;
    auto const* list = at(*heard.body, lookup.list.steps);
    if (list == nullptr || list->kind != Json::Kind::list) {
        return sight;
    }
    bool end = lookup.pages && list->items.empty();
    for (auto const& item : list->items) {
        if (hold(lookup.match, values, {heard.answer.status, &item})) {
            sight.task = task_in(lookup.id, item);
            sight.item = item;
            return sight;  // without a name it is there all the same
        }
        end = end || (lookup.pages && is_older(lookup, item, since));
    }
    bool const told = !lookup.absent.empty() && hold(lookup.absent, values, heard.judged());
    sight.absent = end || told;
    sight.more = lookup.pages && !sight.absent;
    return sight;
}

}  // namespace

Sight look_through(dialect::Lookup const& lookup, Heard const& heard, Values const& values,
                   base::Timestamp since) {
    bool const good = succeeded(lookup.request, heard, values) && heard.body;
    if (lookup.in_list) {
        return good ? in_list(lookup, heard, values, since) : Sight{};
    }
    Sight sight;
    if (good) {
        sight.task = task_in(lookup.found, *heard.body);
        sight.item = *heard.body;
    }
    sight.absent =
        !sight.task && !lookup.absent.empty() && hold(lookup.absent, values, heard.judged());
    return sight;
}

asio::awaitable<Submitted> Http::look_up(Call call) {
    auto const& lookup = options_.account.dialect.lookup;
    Submitted submitted{.task = {}, .verdict = {.fate = Fate::unknown}};
    submitted.verdict.ask_again = between;
    if (!lookup) {
        co_return submitted;
    }
    auto values = values_of(options_.account, call);
    bool const waited = has_waited(call.key, lookup->grace);
    auto const pages = lookup->pages.value_or(dialect::Pages{.from = 1, .at_most = 1});
    Sight sight{.item = {}, .more = true};
    for (int i = 0; i < pages.at_most && sight.more; ++i) {
        values.page = pages.from + i;
        auto reply = co_await ask(lookup->request, values, question_time, false);
        if (!reply) {
            submitted.verdict.message = reply.error().message;
            co_return submitted;
        }
        sight = look_through(*lookup, reply->heard, values, call.since);
        submitted.verdict.message = message_of(reply->heard, values);
        if (sight.task) {
            co_return co_await found_again(values, std::move(reply->heard.answer),
                                           std::move(sight));
        }
    }
    if (sight.more) {
        submitted.verdict.message = "it has more tasks than are looked through";
    }
    if (sight.absent && waited) {
        looked_for_.erase(call.key);
        submitted.verdict = {.fate = Fate::not_taken, .message = "the provider has no such task"};
    }
    co_return submitted;
}

asio::awaitable<Submitted> Http::found_again(Values& values, WebAnswer answer, Sight sight) {
    looked_for_.erase(values.call.key);
    Submitted submitted{.task = {}, .verdict = {.fate = Fate::running}};
    if (options_.account.dialect.task.empty()) {  // the answer that was lost was the result
        Reply reply;
        reply.heard = {.answer = std::move(answer), .body = std::move(sight.item)};
        submitted.verdict = co_await finish(values, std::move(reply));
        co_return submitted;
    }
    submitted.task = std::move(*sight.task);
    submitted.verdict.ask_again = pace_.first();
    co_return submitted;
}

// A provider may take a while until it finds what it has taken.
bool Http::has_waited(std::string const& key, base::Millis grace) {
    constexpr std::size_t most = 10'000;
    if (looked_for_.size() >= most && !looked_for_.contains(key)) {
        looked_for_.clear();  // jobs that went elsewhere; those that are left wait once more
    }
    auto const since = looked_for_.emplace(key, Clock::now()).first->second;
    return Clock::now() - since >= grace;
}

}  // namespace adapters::providers::http
