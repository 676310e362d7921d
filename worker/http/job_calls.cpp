// Looking at jobs, and steering them. The decisions are jobs::cancel and jobs::retry.
#include <algorithm>

#include <boost/json.hpp>

#include "jobs/steer.h"
#include "wire/job_body.h"
#include "worker/http/calls.h"

namespace worker::http {

namespace json = boost::json;
namespace asio = boost::asio;
using adapters::http::Response;

namespace {

constexpr std::int64_t longest_wait_s = 60;
constexpr std::int64_t usual_page = 50;
constexpr std::int64_t largest_page = 500;
constexpr std::int64_t looked_through = 100'000;  // jobs, for a page of what no index finds
constexpr std::int64_t looked_through_of_user = 1'000'000;  // ids; few of them are the user's

Response job_answer(Call const& call, View const& view) {
    bool const same = matches(call.request.header("if-none-match"), view);
    return {.status = same ? 304 : 200,
            .headers = {{"ETag", etag_of(view)}, {"Cache-Control", "private, no-cache"}},
            .body = same ? std::string{} : view.text};
}

// What the client has already: what it names, or what there is as it asks.
bool is_news(Call const& call, View const& view) {
    auto const has = call.request.header("if-none-match");
    return view.ended || (!has.empty() && !matches(has, view));
}

Answer look(Call& call) {
    auto const seconds = number_in_query(call, "wait", 0, longest_wait_s);
    if (!seconds) {
        co_return refuse(call, seconds.error());
    }
    auto view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    if (*seconds > 0 && !is_news(call, **view)) {
        auto const id = (*view)->id;
        auto const tag = (*view)->tag;
        ViewPtr later = co_await call.office.watch.changed(id, tag, base::Millis{*seconds * 1'000});
        if (later) {
            view = std::move(later);
        }
    }
    co_return job_answer(call, **view);
}

std::expected<adapters::JobFilter, Problem> filter_of(Call const& call) {
    adapters::JobFilter filter;
    auto const& request = call.request;
    filter.user = call.caller.is_user() ? call.caller.user
                                        : std::string{request.parameter("user_id").value_or("")};
    filter.service = request.parameter("service").value_or("");
    if (auto const state = request.parameter("state"); state && !state->empty()) {
        filter.state = jobs::parse_state(*state);
        if (!filter.state) {
            return std::unexpected{
                bad_field("state", "must be queued, processing, completed, failed or cancelled")};
        }
    }
    filter.parked = request.parameter("parked") == "true";
    if (auto const cursor = request.parameter("cursor"); cursor && !cursor->empty()) {
        filter.before = wire::parse_job_id(*cursor);
        if (!filter.before) {
            return std::unexpected{bad_field("cursor", "is not one that a list has given")};
        }
    }
    return filter;
}

// Where no index finds what is wanted it is looked for among so many jobs at a time: a page may
// have few of them, or none, and still a next one.
void look_so_far(adapters::Store& store, adapters::JobFilter& filter) {
    using enum jobs::State;
    bool const few = filter.parked || filter.state == processing;
    bool const indexed = filter.user.empty() && filter.service.empty() && filter.state != completed;
    bool const whole_user = !filter.user.empty() && filter.service.empty() && !filter.state;
    if (few || indexed || whole_user) {
        return;
    }
    if (!filter.before) {
        auto const newest = store.list_jobs({.limit = 1});
        filter.before = newest.empty() ? base::JobId{1} : base::JobId{newest.front().id.value + 1};
    }
    auto const span = filter.user.empty() ? looked_through : looked_through_of_user;
    filter.from = {std::max<std::int64_t>(1, filter.before->value - span)};
}

Answer list(Call& call) {
    auto filter = filter_of(call);
    auto const limit = number_in_query(call, "limit", usual_page, largest_page);
    if (!filter || !limit) {
        co_return refuse(call, !filter ? filter.error() : limit.error());
    }
    if (*limit == 0) {
        co_return refuse(call, bad_field("limit", "must be at least 1"));
    }
    filter->limit = static_cast<int>(*limit) + 1;  // one more tells whether there is more
    auto& office = call.office;
    auto read = [&] {
        look_so_far(office.store, *filter);
        return office.store.list_jobs(*filter);
    };
    auto found = co_await office.pool.run(std::move(read));
    bool const more = std::ssize(found) > *limit;
    if (more) {
        found.pop_back();
    }
    std::optional<base::JobId> next;
    if (more) {
        next = found.back().id;
    } else if (filter->from.value > 1) {
        next = filter->from;
    }
    json::array jobs;
    for (auto const& job : found) {
        jobs.push_back(wire::job_json(job));
    }
    json::object out{{"jobs", std::move(jobs)}};
    out["next_cursor"] = next ? json::value(base::to_text(*next)) : json::value(nullptr);
    co_return json_answer(out);
}

using LoadFor = jobs::Load (*)(base::JobId);
using Decide = jobs::Steered (*)(jobs::Batch&, base::JobId, jobs::Rules const&);

Answer steer(Call& call, LoadFor load_for, Decide decide) {
    auto const view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    auto const id = (*view)->id;
    auto& office = call.office;
    auto const began = std::chrono::steady_clock::now();
    auto write = [&] {
        jobs::Steered steered;
        office.store.transact(load_for(id), [&](jobs::Batch& batch) {
            steered = decide(batch, id, office.settings.rules);
        });
        return steered;
    };
    auto const steered = co_await office.pool.run(std::move(write));
    if (steered.outcome != jobs::SteerOutcome::done) {
        co_return refuse(call, wire::refusal_of(steered, id));
    }
    auto const now = office.watch.put(steered.job, since(began));
    co_return Response{.headers = {{"ETag", etag_of(*now)}, {"Cache-Control", "private, no-cache"}},
                       .body = now->text};
}

Answer cancel(Call& call) {
    return steer(call, &jobs::load_for_cancel, &jobs::cancel);
}

Answer retry(Call& call) {
    return steer(call, &jobs::load_for_retry, &jobs::retry);
}

Answer explain(Call& call) {
    auto const view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    auto& office = call.office;
    auto read = [&office, id = (*view)->id] { return office.store.story_of(id); };
    auto story = co_await office.pool.run(std::move(read));
    if (!story) {
        co_return refuse(call, unknown_job(call.parts[0]));
    }
    if (call.caller.is_user()) {
        story->calls.clear();
    }
    co_return json_answer(wire::story_json(*story));
}

constexpr Route job_rows[] = {
    {"GET", "/api/jobs", Access::jobs_reading, list, "Lists jobs, newest first"},
    {"GET", "/api/jobs/{id}", Access::jobs_reading, look,
     "Shows a job; `wait` waits until it changes"},
    {"POST", "/api/jobs/{id}/cancel", Access::jobs, cancel, "Cancels a job"},
    {"POST", "/api/jobs/{id}/retry", Access::jobs, retry,
     "Queues a failed or cancelled job again, with a new charge"},
    {"GET", "/api/jobs/{id}/explain", Access::jobs_reading, explain,
     "Every state and every credit of a job, in order"},
};

}  // namespace

std::span<Route const> job_routes() {
    return job_rows;
}

asio::awaitable<std::expected<ViewPtr, Problem>> visible_job(Call& call, std::string_view text) {
    auto const id = wire::parse_job_id(text);
    if (!id) {
        co_return std::unexpected{unknown_job(text)};
    }
    ViewPtr view = co_await call.office.watch.view(*id);
    if (!view || (call.caller.is_user() && view->user != call.caller.user)) {
        co_return std::unexpected{unknown_job(text)};
    }
    co_return view;
}

std::expected<std::int64_t, Problem> number_in_query(Call const& call, std::string_view name,
                                                     std::int64_t otherwise, std::int64_t most) {
    auto const text = call.request.parameter(name);
    if (!text) {
        return otherwise;
    }
    auto const number = wire::plain_integer(*text);
    if (!number || *number < 0) {
        return std::unexpected{bad_field(std::string{name}, "must be a whole number")};
    }
    return std::min(*number, most);
}

base::Millis since(std::chrono::steady_clock::time_point then) {
    return std::chrono::ceil<base::Millis>(std::chrono::steady_clock::now() - then);
}

}  // namespace worker::http
