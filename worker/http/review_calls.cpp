// Notices of payments that wait for a person, and what that person decides.
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/fields.h"
#include "wire/purchase_json.h"
#include "worker/http/calls.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/reviews.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;
using jobs::NoticeOutcome;

Response list_reviews(Call const& call) {
    constexpr int usual = 50;
    constexpr int most = 200;
    auto const limit = number_in_query(call, "limit", usual, most);
    if (!limit) {
        return refuse(call, limit.error());
    }
    auto const text = call.request.parameter("cursor").value_or("");
    auto const before = text.empty() ? std::optional{std::int64_t{0}} : base::parse_integer(text);
    if (!before || *before < 0 || *limit == 0) {
        return refuse(
            call, *limit == 0 ? bad_field("limit", "must be at least 1")
                              : bad_field("cursor", "must be the next_cursor of an earlier page"));
    }
    auto const notices =
        call.office.store.orders().notices({.outcome = NoticeOutcome::review,
                                            .before = *before,
                                            .limit = static_cast<int>(*limit) + 1});
    return json_answer(wire::notices_json(notices, static_cast<int>(*limit)));
}

wire::Checked<Review> parse_review(wire::StrictObject const& body) {
    wire::Fields fields{body};
    Review what;
    auto const decision = fields.word("decision", true);
    what.accept = decision == "accept";
    if (!decision.empty() && decision != "accept" && decision != "dismiss") {
        fields.wrong("decision", "must be accept or dismiss");
    }
    what.reason = fields.text("reason");
    if (fields.errors().empty() && what.reason.empty()) {
        fields.wrong("reason", "must say why: it is kept with the order");
    }
    if (what.reason.size() > most_review_reason) {
        fields.wrong("reason", "must be of at most 1000 bytes");
    }
    what.order = fields.word("order_id", false);
    if (fields.there("number") != nullptr) {
        what.number = fields.amount("number");
    }
    return fields.done(std::move(what));
}

wire::Refusal nothing_waits() {
    return {.code = "nothing_to_review",
            .detail = "no such notice waits for a person; it may have been decided on meanwhile",
            .status = 404,
            .facts = {}};
}

Response decide(Call const& call, Review what) {
    what.by = "API key " + call.caller.name;
    auto const resolved = review(call.office.store, call.office.settings.rules, what);
    if (!resolved || resolved->outcome == jobs::ReviewOutcome::not_waiting) {
        return refuse(call, nothing_waits());
    }
    auto const& taken = resolved->taken;
    if (resolved->outcome == jobs::ReviewOutcome::stays) {
        auto const reasons = fmt::format("{}", fmt::join(taken.reasons, ", "));
        return refuse(call, wire::Refusal{.code = "not_acceptable",
                                          .detail = "it can't be accepted: " + reasons,
                                          .status = 409,
                                          .facts = {{"reasons", reasons}}});
    }
    auto const word = what.accept ? "accept" : "dismiss";
    call.office.log.business("payment.reviewed", {{"number", std::to_string(what.number)},
                                                  {"decision", word},
                                                  {"by", call.caller.name},
                                                  {"reason", what.reason}});
    return json_answer(wire::reviewed_json(what.number, word, taken));
}

Response review_notice(Call const& call) {
    auto const number = base::parse_integer(call.parts.at(0));
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto what = parse_review(*body);
    if (!what) {
        return refuse(call, wire::refusal_of(what.error()));
    }
    what->number = number.value_or(0);
    return decide(call, std::move(*what));
}

// The notice of that order that waits; of several the body says which.
Response review_order(Call const& call) {
    auto const& id = call.parts.at(0);
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto what = parse_review(*body);
    if (!what) {
        return refuse(call, wire::refusal_of(what.error()));
    }
    auto& book = call.office.store.orders();
    if (!book.find(id)) {
        return refuse(call, wire::unknown_order(id));
    }
    if (what->number == 0) {
        auto const waiting =
            book.notices({.order = id, .outcome = NoticeOutcome::review, .limit = 2});
        if (waiting.size() > 1) {
            return refuse(call, bad_field("number", "must say which of several notices is meant"));
        }
        what->number = waiting.empty() ? 0 : waiting.front().number;
    }
    what->order = what->accept ? id : "";
    return decide(call, std::move(*what));
}

constexpr std::array review_rows{
    Route{.method = "GET",
          .pattern = "/api/admin/reviews",
          .access = Access::admin_reading,
          .handle = on_pool<list_reviews>,
          .summary = "Notices of payments that wait for a person, newest first"},
    Route{.method = "POST",
          .pattern = "/api/admin/reviews/{number}",
          .access = Access::admin,
          .handle = on_pool<review_notice>,
          .summary = "Decides about a notice that waits for a person"},
    Route{.method = "POST",
          .pattern = "/api/admin/orders/{order_id}/review",
          .access = Access::admin,
          .handle = on_pool<review_order>,
          .summary = "Decides about the notice of an order that waits for a person"},
};

}  // namespace

std::span<Route const> review_routes() {
    return review_rows;
}

}  // namespace worker::http
