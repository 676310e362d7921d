// What an operator asks about the books: an audit of everything, and what an edited price book
// would have changed.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include <boost/json.hpp>

#include "adapters/http/utf8.h"
#include "config/load.h"
#include "worker/http/audit_desk.h"
#include "worker/http/calls.h"
#include "worker/http/on_pool.h"
#include "worker/http/price_trial.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::size_t largest_book = 262'144;
constexpr base::Millis tried_span{30LL * 86'400'000};

Answer audit_state(Call& call) {
    co_return json_answer(call.office.audits->state());
}

Answer audit_start(Call& call) {
    call.office.audits->start();
    call.office.log.business("audit.started", {{"by", call.caller.name}});
    co_return json_answer(call.office.audits->state(), 202);
}

Response try_book(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto const* const text = body->object.if_contains("prices");
    if (text == nullptr || !text->is_string() || text->get_string().size() > largest_book) {
        return refuse(call,
                      bad_field("prices", "must be a price book in YAML, of 256 KiB at most"));
    }
    auto const loaded = config::parse_book(std::string{text->get_string()}, "prices");
    json::array problems;
    for (auto const& problem : loaded.problems) {
        problems.emplace_back(config::to_text(problem));
    }
    if (!loaded.value) {
        return json_answer({{"problems", std::move(problems)}});
    }
    auto const since = call.office.store.now() - tried_span;
    auto out = trial_json(try_prices(call.office.store, *loaded.value, since));
    json::array changes;
    for (auto const& change : pricing::differences(call.office.book(), *loaded.value)) {
        changes.emplace_back(change);
    }
    out["changes"] = std::move(changes);
    out["problems"] = json::array{};
    out["since"] = base::to_ms(since);
    return json_answer(out);
}

// The text that a reload would read: what somebody who edits it starts from.
Response book_text(Call const& call) {
    auto const& file = call.office.settings.prices_file;
    std::string text{config::shipped_prices()};
    if (!file.empty()) {
        std::ifstream in{file, std::ios::binary};
        text.assign(std::istreambuf_iterator<char>{in}, {});
        if (!in || text.size() > largest_book || !adapters::http::is_utf8(text)) {
            return refuse(call, wire::Refusal{.code = "not_found",
                                              .detail = "the file of the price book can't be read, "
                                                        "or is no text of 256 KiB at most",
                                              .status = 404,
                                              .facts = {}});
        }
    }
    auto const loaded = config::parse_book(text, "prices");
    auto const in_force = call.office.book().version;
    return json_answer({{"prices", text},
                        {"shipped", file.empty()},
                        {"in_force", loaded.value && loaded.value->version == in_force}});
}

constexpr std::array books_rows{
    Route{.method = "GET",
          .pattern = "/api/admin/audit",
          .access = Access::admin_reading,
          .handle = audit_state,
          .summary = "How far this process's audit of everything has come, and what it found"},
    Route{.method = "POST",
          .pattern = "/api/admin/audit",
          .access = Access::admin,
          .handle = audit_start,
          .summary = "Starts an audit of everything, unless one is running"},
    Route{.method = "GET",
          .pattern = "/api/admin/prices/book",
          .access = Access::admin_reading,
          .handle = on_pool<book_text>,
          .summary = "The text of the price book, to edit and to try"},
    Route{.method = "POST",
          .pattern = "/api/admin/prices/try",
          .access = Access::admin_reading,
          .handle = on_pool<try_book>,
          .summary = "Who would have paid what under an edited price book; changes nothing"},
};

}  // namespace

std::span<Route const> books_routes() {
    return books_rows;
}

}  // namespace worker::http
