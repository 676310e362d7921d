// POST /api/jobs and /api/jobs/batch. The decision is jobs::submit, written in groups.
#include <boost/json.hpp>

#include "wire/job_body.h"
#include "wire/parts.h"
#include "worker/http/calls.h"
#include "worker/http/collector.h"
#include "worker/http/input_desk.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::size_t most_of_a_batch = 1'000;

// Whose job it is, and what came in headers instead of the body.
wire::JobFields fields_of(Call const& call, wire::StrictObject const& body,
                          std::vector<wire::FieldError>& errors) {
    auto fields = wire::job_fields(body, errors);
    if (call.caller.is_user()) {
        fields.user = call.caller.user;
    }
    if (fields.trace.empty()) {
        fields.trace = call.request.header("traceparent");
    }
    return fields;
}

// A field that is not of its type is told once, not again for being empty.
void join(std::vector<wire::FieldError>& errors, std::vector<wire::FieldError> more) {
    for (auto& error : more) {
        bool const told = std::ranges::any_of(
            errors, [&](wire::FieldError const& one) { return one.field == error.field; });
        if (!told) {
            errors.push_back(std::move(error));
        }
    }
}

std::expected<jobs::Request, Problem> request_of(Call const& call, wire::StrictObject const& body,
                                                 std::string_view key) {
    std::vector<wire::FieldError> errors;
    auto fields = fields_of(call, body, errors);
    if (fields.key.empty()) {
        fields.key = key;
    }
    auto parsed = wire::parse_request(fields, call.office.settings);
    join(errors, std::move(parsed.errors));
    if (!errors.empty()) {
        return std::unexpected{Problem{wire::refusal_of(errors)}};
    }
    parsed.request->api_key = call.caller.capped ? call.caller.key : 0;
    return std::move(*parsed.request);
}

Problem problem_of(jobs::Submission const& submission, std::string const& service) {
    Problem problem{wire::refusal_of(submission, service)};
    if (submission.outcome == jobs::SubmitOutcome::unknown_service) {
        problem.refusal.facts["field"] = "service";
        problem.refusal.facts["service"] = service;
    }
    return problem;
}

int status_of(jobs::Submission const& submission) {
    return submission.outcome == jobs::SubmitOutcome::created ? 201 : 200;
}

bool taken(jobs::Submission const& submission) {
    return submission.outcome == jobs::SubmitOutcome::created ||
           submission.outcome == jobs::SubmitOutcome::repeated;
}

Response job_answer(Call& call, jobs::Submission const& submission, base::Millis age) {
    auto const view = call.office.watch.put(*submission.job, age);
    return {.status = status_of(submission),
            .headers = {{"Location", "/api/jobs/" + base::to_text(view->id)},
                        {"ETag", etag_of(*view)},
                        {"Cache-Control", "private, no-cache"}},
            .body = view->text};
}

Answer enqueue(Call& call) {
    auto const body = body_of(call);
    if (!body) {
        co_return refuse(call, body.error());
    }
    auto const request = request_of(call, *body, call.request.header("idempotency-key"));
    if (!request) {
        co_return refuse(call, request.error());
    }
    std::vector<jobs::Request> requests{*request};
    auto const refusals = co_await call.office.inputs.check(requests);
    if (auto const& refusal = refusals.front()) {
        co_return refuse(call, *refusal);
    }
    auto const began = std::chrono::steady_clock::now();
    auto const submissions = co_await call.office.collector.submit(std::move(requests));
    auto const& submission = submissions.front();
    if (!taken(submission)) {
        co_return refuse(call, problem_of(submission, request->service));
    }
    co_return job_answer(call, submission, since(began));
}

// One item's answer: what a call of its own would have answered.
json::object refused_item(Call const& call, Problem const& problem) {
    auto const answer = refuse(call, problem);
    return {{"status", answer.status}, {"error", json::parse(std::get<std::string>(answer.body))}};
}

json::object taken_item(jobs::Submission const& submission) {
    return {{"status", status_of(submission)},
            {"id", base::to_text(submission.job->id)},
            {"job", wire::job_json(*submission.job)}};
}

std::expected<std::vector<std::string_view>, Problem> items_in(wire::StrictObject const& body) {
    auto const* const list = body.object.if_contains("jobs");
    if (list == nullptr || !list->is_array()) {
        return std::unexpected{bad_field("jobs", "must be a list of jobs")};
    }
    auto const count = list->get_array().size();
    if (count == 0 || count > most_of_a_batch) {
        return std::unexpected{bad_field("jobs", "must have between 1 and 1000 jobs")};
    }
    return wire::items_of(*wire::member_of(body.canonical, "jobs"));
}

std::expected<jobs::Request, Problem> item_request(Call const& call, std::string_view item) {
    auto const body = wire::parse_object(item);
    if (!body) {
        return std::unexpected{bad_json(body.error())};
    }
    return request_of(call, *body, {});
}

// Those of a batch that can be submitted, and where they stand in it.
struct Sorted {
    std::vector<jobs::Request> requests;
    std::vector<std::size_t> places;
};

Sorted sort_out(Call const& call, std::vector<std::string_view> const& items,
                json::array& results) {
    Sorted sorted;
    for (std::size_t at = 0; at < items.size(); ++at) {
        if (auto request = item_request(call, items[at])) {
            sorted.requests.push_back(std::move(*request));
            sorted.places.push_back(at);
        } else {
            results[at] = refused_item(call, request.error());
        }
    }
    return sorted;
}

// Without those whose input can't be measured.
Sorted without_refused(Call const& call, Sorted all, InputDesk::Refusals const& refusals,
                       json::array& results) {
    Sorted rest;
    for (std::size_t at = 0; at < refusals.size(); ++at) {
        if (refusals[at]) {
            results[all.places[at]] = refused_item(call, *refusals[at]);
        } else {
            rest.requests.push_back(std::move(all.requests[at]));
            rest.places.push_back(all.places[at]);
        }
    }
    return rest;
}

Answer enqueue_batch(Call& call) {
    auto const body = body_of(call);
    auto const items = body ? items_in(*body) : std::unexpected{body.error()};
    if (!items) {
        co_return refuse(call, items.error());
    }
    json::array results(items->size());
    auto sorted = sort_out(call, *items, results);
    auto const refusals = co_await call.office.inputs.check(sorted.requests);
    sorted = without_refused(call, std::move(sorted), refusals, results);
    std::vector<std::string> services;
    std::ranges::transform(sorted.requests, std::back_inserter(services), &jobs::Request::service);
    std::vector<jobs::Submission> submissions;
    if (!sorted.requests.empty()) {
        submissions = co_await call.office.collector.submit(std::move(sorted.requests));
    }
    for (std::size_t at = 0; at < submissions.size(); ++at) {
        auto const& submission = submissions[at];
        results[sorted.places[at]] = taken(submission)
                                         ? taken_item(submission)
                                         : refused_item(call, problem_of(submission, services[at]));
    }
    co_return json_answer(json::object{{"results", std::move(results)}});
}

constexpr Route enqueue_rows[] = {
    {"POST", "/api/jobs", Access::jobs, enqueue, "Enqueues a job"},
    {"POST", "/api/jobs/batch", Access::jobs, enqueue_batch,
     "Enqueues up to 1,000 jobs; each stands alone"},
};

}  // namespace

std::span<Route const> enqueue_routes() {
    return enqueue_rows;
}

}  // namespace worker::http
