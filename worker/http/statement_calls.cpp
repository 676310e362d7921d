// Statements: a span of an account's ledger that adds up, in lines or in groups.
#include <array>

#include "wire/credits_request.h"
#include "wire/statement_json.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/statement.h"

namespace worker::http {

namespace {

using adapters::http::Response;

constexpr std::size_t most_entries = 100'000;

struct Asked {
    base::Timestamp from;
    base::Timestamp to;
    std::optional<ledger::By> by;
    bool csv = false;
};

Or<Asked> asked(Call const& call) {
    auto const from = time_in_query(call, "from", {});
    auto const to = from ? time_in_query(call, "to", call.office.store.now()) : from;
    if (!to) {
        return std::unexpected{to.error()};
    }
    if (*to < *from) {
        return std::unexpected{bad_field("to", "must not be before `from`")};
    }
    Asked what{.from = *from, .to = *to};
    if (auto const by = call.request.parameter("by")) {
        what.by = ledger::parse_by(*by);
        if (!what.by) {
            return std::unexpected{bad_field("by", "must be day, service or kind")};
        }
    }
    auto const format = call.request.parameter("format").value_or("json");
    if (format != "json" && format != "csv") {
        return std::unexpected{bad_field("format", "must be json or csv")};
    }
    what.csv = format == "csv";
    return what;
}

Response csv_answer(std::string text) {
    Response response{.type = "text/csv; charset=utf-8", .body = std::move(text)};
    response.headers.push_back({"Content-Disposition", "attachment; filename=\"statement.csv\""});
    return response;
}

Response render(Call const& call, Asked const& what, ledger::Statement const& statement) {
    if (!what.by) {
        return what.csv ? csv_answer(wire::statement_csv(statement))
                        : json_answer(wire::statement_json(statement));
    }
    auto const groups = ledger::grouped(statement, *what.by, call.office.settings.rules.zone);
    return what.csv ? csv_answer(wire::statement_csv(statement, *what.by, groups))
                    : json_answer(wire::statement_json(statement, *what.by, groups));
}

Response statement(Call const& call) {
    auto const user = subject_in_path(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto const what = asked(call);
    if (!what) {
        return refuse(call, what.error());
    }
    auto const wallet = call.office.store.glance(*user);
    if (!wallet) {
        return refuse(call, unknown_account(*user));
    }
    auto const found =
        read_statement(call.office.store, wallet->account, what->from, what->to, most_entries);
    if (found) {
        return render(call, *what, *found);
    }
    if (found.error() == NoStatement::too_long) {
        return refuse(call, bad_field("from",
                                      "that span has more than 100,000 entries: ask for "
                                      "less at a time"));
    }
    throw adapters::Unavailable{"the account keeps changing; try again"};
}

constexpr std::array statement_rows{
    Route{.method = "GET",
          .pattern = "/api/credits/statement/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<statement>,
          .summary = "Opening balance, lines or sums, and closing balance of a span of time"},
};

}  // namespace

std::span<Route const> statement_routes() {
    return statement_rows;
}

}  // namespace worker::http
