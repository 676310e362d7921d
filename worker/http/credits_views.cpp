// Calls that look at the credits of an account and change nothing.
#include <array>

#include "wire/audit_json.h"
#include "wire/credits_request.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"

namespace worker::http {

namespace {

using adapters::http::Response;

constexpr int usual_limit = 50;
constexpr int most_limit = 1'000;
constexpr auto end_of_time = base::from_ms(253'402'300'800'000);  // the year 10000

Or<ledger::Wallet> wallet_in_path(Call const& call) {
    auto const user = subject_in_path(call);
    if (!user) {
        return std::unexpected{user.error()};
    }
    auto wallet = call.office.store.glance(*user);
    if (!wallet) {
        return std::unexpected{unknown_account(*user)};
    }
    return std::move(*wallet);
}

Response balance_view(Call const& call) {
    auto const user = subject_in_path(call);
    return user ? balance_of(call, *user) : refuse(call, user.error());
}

Or<int> limit_of(Call const& call) {
    auto const limit = number_in_query(call, "limit", usual_limit, most_limit);
    if (!limit) {
        return std::unexpected{limit.error()};
    }
    if (*limit == 0) {
        return std::unexpected{bad_field("limit", "must be at least 1")};
    }
    return static_cast<int>(*limit);
}

// The sequence that the cursor stands for; zero: from the newest.
Or<std::int64_t> cursor_of(Call const& call, base::AccountId account) {
    auto const text = call.request.parameter("cursor");
    if (!text || text->empty()) {
        return 0;
    }
    if (auto const seq = wire::parse_entry_id(*text, account)) {
        return *seq;
    }
    return std::unexpected{bad_field("cursor", "must be the next_cursor of an earlier page")};
}

Response history(Call const& call) {
    auto const user = subject_in_path(call);
    return user ? history_of(call, *user) : refuse(call, user.error());
}

Response keep_history(Call const& call) {
    return refuse(call, not_allowed("what is in the ledger stays there: entries are never "
                                    "changed or deleted"));
}

Response stats(Call const& call) {
    auto const from = time_in_query(call, "from", {});
    if (!from) {
        return refuse(call, from.error());
    }
    auto const to = time_in_query(call, "to", end_of_time);
    if (!to) {
        return refuse(call, to.error());
    }
    auto const wallet = wallet_in_path(call);
    if (!wallet) {
        return refuse(call, wallet.error());
    }
    auto answer = wire::stats_json(call.office.store.sums_of(wallet->account.id, *from, *to));
    answer["success"] = true;
    answer["user_id"] = wallet->account.user;
    return json_answer(answer);
}

Response validate(Call const& call) {
    auto const user = subject_in_path(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto const audited = wire::audit(call.office.store, *user);
    if (audited.accounts == 0) {
        return refuse(call, unknown_account(*user));
    }
    auto answer = wire::audit_json(audited);
    answer["success"] = true;
    answer["user_id"] = *user;
    answer["valid"] = audited.findings.empty();
    return json_answer(answer);
}

constexpr std::array credit_view_rows{
    Route{.method = "GET",
          .pattern = "/api/credits/balance/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<balance_view>,
          .summary = "What an account can spend, and what of it ends soon"},
    Route{.method = "GET",
          .pattern = "/api/credits/history/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<history>,
          .summary = "The entries of an account, newest first"},
    Route{.method = "DELETE",
          .pattern = "/api/credits/history/{id}",
          .access = Access::caller,
          .handle = on_pool<keep_history>,
          .summary = "Refused, always: the ledger is append-only"},
    Route{.method = "GET",
          .pattern = "/api/credits/stats/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<stats>,
          .summary = "Spent, refunded and received, by service and kind"},
    Route{.method = "GET",
          .pattern = "/api/credits/validate/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<validate>,
          .summary = "The audit of one account"},
};

}  // namespace

adapters::http::Response balance_of(Call const& call, std::string const& user) {
    auto const wallet = call.office.store.glance(user);
    if (!wallet) {
        return refuse(call, unknown_account(user));
    }
    auto const& zone = call.office.settings.rules.zone;
    return json_answer(wire::balance_json(*wallet, call.office.store.now(), zone));
}

adapters::http::Response history_of(Call const& call, std::string const& user) {
    auto const limit = limit_of(call);
    if (!limit) {
        return refuse(call, limit.error());
    }
    auto const wallet = call.office.store.glance(user);
    if (!wallet) {
        return refuse(call, unknown_account(user));
    }
    auto const account = wallet->account.id;
    auto const before = cursor_of(call, account);
    if (!before) {
        return refuse(call, before.error());
    }
    auto entries = call.office.store.entries_of(account, {.before = *before, .limit = *limit + 1});
    return json_answer(wire::history_json(std::move(entries), *limit));
}

std::span<Route const> credits_view_routes() {
    return credit_view_rows;
}

}  // namespace worker::http
