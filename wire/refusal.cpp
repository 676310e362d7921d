// The words for each way of saying no: a code for programs, a line for people, the facts.
#include "jobs/refusal.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/json.h"

namespace wire {

namespace {

namespace json = boost::json;

json::object funds(base::Credits required, base::Credits balance) {
    return {{"required", required.value}, {"balance", balance.value}};
}

Refusal no_funds(base::Credits required, base::Credits balance) {
    return {.code = "insufficient_credits",
            .detail = fmt::format("not enough credits: {} needed, {} there; recharge the account",
                                  required.value, balance.value),
            .status = 402,
            .facts = funds(required, balance)};
}

Refusal frozen_account() {
    return {.code = "account_frozen",
            .detail = "the account is frozen; an operator must release it first",
            .status = 403,
            .facts = {{"guard", "freeze"}}};
}

// Which guard, its limit, what was used of it, and when there is room again.
json::object facts_of(jobs::Hit const& hit) {
    json::object facts{{"guard", std::string{jobs::to_text(hit.guard)}},
                       {"required", hit.required.value},
                       {"limit", hit.limit.value},
                       {"used", hit.used.value}};
    if (hit.frees_at) {
        facts["frees_at"] = base::to_ms(*hit.frees_at);
        facts["retry_after_ms"] = hit.frees_in.count();
    }
    return facts;
}

json::object facts_of_brake(std::optional<base::Timestamp> const& until, base::Millis left) {
    json::object facts{{"guard", "brake"}};
    if (until) {
        facts["frees_at"] = base::to_ms(*until);
        facts["retry_after_ms"] = left.count();
    }
    return facts;
}

// What HTTP answers to it.
int status_of(jobs::SubmitOutcome outcome) {
    using enum jobs::SubmitOutcome;
    switch (outcome) {
        case created:
        case repeated:
            return 200;
        case insufficient_credits:
            return 402;
        case frozen:
            return 403;
        case unknown_service:
            return 404;
        case key_conflict:
        case taken_elsewhere:
            return 409;
        case needs_duration:
        case needs_text_or_maximum:
        case too_expensive:
        case over_job_cap:
        case unknown_parent:
        case parent_failed:
            return 422;
        case over_cap:
        case braked:
            return 429;
        case draining:
            return 503;
    }
    return 400;
}

json::object facts_of(jobs::Submission const& s) {
    using enum jobs::SubmitOutcome;
    switch (s.outcome) {
        case key_conflict:
            return {{"job", s.job ? base::to_text(s.job->id) : ""}};
        case over_job_cap:
        case over_cap:
            return facts_of(*s.hit);
        case frozen:
            return {{"guard", "freeze"}};
        case braked:
            return facts_of_brake(s.braked_until, s.frees_in);
        case insufficient_credits:
            return funds(s.required, s.balance);
        case draining:  // nobody knows when the queue is opened again
            return {{"retry_after_ms", 60'000}};
        case unknown_parent:
        case parent_failed:
            return {{"field", "after"}, {"parent", base::to_text(s.parent)}};
        default:
            return {};
    }
}

Refusal bad_input(std::string code, std::string detail) {
    return {.code = std::move(code), .detail = std::move(detail), .status = 422};
}

std::string state_forbids(jobs::Job const& job, base::JobId id) {
    if (job.state == jobs::State::failed && !jobs::was_accepted(job)) {
        return fmt::format("job {} was refused and never priced; enqueue it anew", id.value);
    }
    return fmt::format("job {} is {}; its state does not allow that", id.value,
                       jobs::to_text(job.state));
}

// What HTTP calls that status.
std::string_view title_of(int status) {
    using Title = std::pair<int, std::string_view>;
    static constexpr std::array titles{Title{401, "Unauthorized"},
                                       Title{402, "Payment Required"},
                                       Title{403, "Forbidden"},
                                       Title{404, "Not Found"},
                                       Title{405, "Method Not Allowed"},
                                       Title{408, "Request Timeout"},
                                       Title{409, "Conflict"},
                                       Title{410, "Gone"},
                                       Title{411, "Length Required"},
                                       Title{413, "Content Too Large"},
                                       Title{414, "URI Too Long"},
                                       Title{417, "Expectation Failed"},
                                       Title{422, "Unprocessable Content"},
                                       Title{429, "Too Many Requests"},
                                       Title{431, "Request Header Fields Too Large"},
                                       Title{500, "Internal Server Error"},
                                       Title{501, "Not Implemented"},
                                       Title{502, "Bad Gateway"},
                                       Title{503, "Service Unavailable"},
                                       Title{505, "HTTP Version Not Supported"}};
    auto const* const found = std::ranges::find(titles, status, &Title::first);
    return found == titles.end() ? "Bad Request" : found->second;
}

}  // namespace

Refusal refusal_of(jobs::Submission const& s, std::string_view service) {
    auto error = jobs::refusal_of(s, service);
    if (!error) {
        return {};
    }
    return {.code = std::move(error->code),
            .detail = std::move(error->message),
            .status = status_of(s.outcome),
            .facts = facts_of(s)};
}

Refusal refusal_of(jobs::Steered const& steered, base::JobId id) {
    using enum jobs::SteerOutcome;
    switch (steered.outcome) {
        case done:
            return {};
        case missing:
            return {.code = "unknown_job",
                    .detail = fmt::format("there is no job {}", id.value),
                    .status = 404};
        case wrong_state:
            return {.code = "wrong_state",
                    .detail = state_forbids(steered.job, id),
                    .status = 409,
                    .facts = {{"state", std::string(jobs::to_text(steered.job.state))}}};
        case insufficient_credits:
            return no_funds(steered.required, steered.balance);
    }
    return {};
}

Refusal refusal_of(jobs::Moved const& answer) {
    using enum jobs::MoveOutcome;
    switch (answer.outcome) {
        case moved:
        case repeated:
            return {};
        case reference_conflict:
            return {.code = "reference_conflict",
                    .detail = "the reference was used for something else; use another one",
                    .status = 409};
        case not_positive:
            return bad_input("not_positive", "the amount must be more than zero");
        case already_expired:
            return bad_input("already_expired", "the credits would be expired on arrival");
        case overflow:
            return bad_input("overflow", "the account can't hold that many credits");
        case insufficient_credits:
            return {.code = "insufficient_credits",
                    .detail = fmt::format("not enough credits: {} there", answer.balance.value),
                    .status = 402,
                    .facts = {{"balance", answer.balance.value}}};
        case frozen:
            return frozen_account();
        case braked:
            return {.code = "account_braked",
                    .detail =
                        "the account spends far more than usual and is held for a look; an "
                        "operator can release it",
                    .status = 429,
                    .facts = facts_of_brake(answer.braked_until, answer.frees_in)};
        case over_cap:
            return {.code = "over_" + std::string{jobs::to_text(answer.hit->guard)},
                    .detail = jobs::in_words(*answer.hit),
                    .status = 429,
                    .facts = facts_of(*answer.hit)};
    }
    return {};
}

Refusal refusal_of(std::vector<FieldError> const& errors) {
    std::string detail;
    json::array list;
    for (auto const& error : errors) {
        detail += fmt::format("{}{} {}", detail.empty() ? "" : "; ", error.field, error.what);
        list.push_back(json::object{{"field", error.field}, {"what", error.what}});
    }
    Refusal refusal = bad_input("invalid_request", std::move(detail));
    refusal.facts = {{"errors", std::move(list)}};
    if (!errors.empty()) {
        refusal.facts["field"] = errors.front().field;
    }
    return refusal;
}

Refusal unmeasurable(std::string const& field, jobs::Error const& error) {
    Refusal refusal = bad_input(error.code, error.message);
    refusal.facts = {{"field", field}, {"retryable", error.retryable}};
    return refusal;
}

json::object problem_json(Refusal const& refusal) {
    json::object out{{"type", "about:blank"},
                     {"title", std::string(title_of(refusal.status))},
                     {"status", refusal.status},
                     {"detail", refusal.detail},
                     {"code", refusal.code}};
    for (auto const& fact : refusal.facts) {
        out.insert_or_assign(fact.key(), fact.value());
    }
    return out;
}

}  // namespace wire
