// The words for each way of saying no: a code for programs, a line for people, the facts.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/json.h"
#include "wire/terms_text.h"

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
            .status = 403};
}

Refusal key_conflict(jobs::Submission const& s) {
    auto const id = s.job ? base::to_text(s.job->id) : "";
    return {
        .code = "idempotency_conflict",
        .detail = fmt::format("the idempotency key belongs to job {}, which asked for something "
                              "else; use another key",
                              id),
        .status = 409,
        .facts = {{"job", id}}};
}

Refusal over_job_cap(jobs::Submission const& s) {
    return {.code = "over_job_cap",
            .detail = fmt::format("the job would cost {}; a job may cost at most {}",
                                  in_words(s.required), s.limit.value),
            .status = 422,
            .facts = {{"required", s.required.value}, {"limit", s.limit.value}}};
}

Refusal over_daily_cap(jobs::Submission const& s) {
    return {.code = "over_daily_cap",
            .detail = fmt::format("the job would cost {}; the account has spent {} today and may "
                                  "spend {} a day; try again tomorrow",
                                  in_words(s.required), s.used.value, s.limit.value),
            .status = 429,
            .facts = {
                {"required", s.required.value}, {"used", s.used.value}, {"limit", s.limit.value}}};
}

Refusal about_parent(jobs::Submission const& s, std::string code, std::string_view what) {
    return {.code = std::move(code),
            .detail = fmt::format("job {} {}", s.parent.value, what),
            .status = 422,
            .facts = {{"field", "after"}, {"parent", base::to_text(s.parent)}}};
}

Refusal bad_input(std::string code, std::string detail) {
    return {.code = std::move(code), .detail = std::move(detail), .status = 422};
}

// What HTTP calls that status.
std::string_view title_of(int status) {
    switch (status) {
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 409:
            return "Conflict";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        default:
            return "Bad Request";
    }
}

}  // namespace

Refusal refusal_of(jobs::Submission const& s, std::string_view service) {
    using enum jobs::SubmitOutcome;
    switch (s.outcome) {
        case created:
        case repeated:
            return {};
        case key_conflict:
            return wire::key_conflict(s);
        case unknown_service:
            return {.code = "unknown_service",
                    .detail = fmt::format("there is no service `{}` in the price book; "
                                          "`tallyman prices show` lists them",
                                          service),
                    .status = 404};
        case needs_duration:
            return bad_input("needs_duration",
                             "this service is priced by the second: say how many "
                             "in the input, such as {\"duration\": 12.5}");
        case needs_text_or_maximum:
            return bad_input("needs_text_or_maximum",
                             "this service is priced by its output: the input needs its `text`, or "
                             "a `max_duration` in seconds");
        case too_expensive:
            return bad_input("too_expensive", "the price is too large to be charged");
        case over_job_cap:
            return wire::over_job_cap(s);
        case over_daily_cap:
            return wire::over_daily_cap(s);
        case insufficient_credits:
            return no_funds(s.required, s.balance);
        case frozen:
            return frozen_account();
        case unknown_parent:
            return about_parent(s, "unknown_parent", "is not a job of this account");
        case parent_failed:
            return about_parent(s, "parent_failed", "has ended without a result");
    }
    return {};
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
                    .detail = fmt::format("job {} is {}; its state does not allow that", id.value,
                                          jobs::to_text(steered.job.state)),
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
