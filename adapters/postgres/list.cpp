// Lists: of jobs, newest first, by whichever table the filter allows; of accounts.
#include <limits>

#include <fmt/format.h>

#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

// The narrow tables that hold the ids of one state; completed ones are most of `jobs` anyhow.
std::string_view ids_of(std::optional<jobs::State> state) {
    if (!state) {
        return "";
    }
    switch (*state) {
        case jobs::State::queued:
            return "SELECT job FROM {s}.ready UNION ALL SELECT job FROM {s}.waiting";
        case jobs::State::processing:
            return "SELECT job FROM {s}.running";
        case jobs::State::failed:
            return "SELECT job FROM {s}.failures WHERE state = 3";
        case jobs::State::cancelled:
            return "SELECT job FROM {s}.failures WHERE state = 4";
        case jobs::State::completed:
            return "";
    }
    return "";
}

std::string condition(Session const& session, JobFilter const& filter) {
    std::string text;
    if (!filter.user.empty()) {
        text += session.sql(" AND account = (SELECT id FROM {s}.accounts WHERE user_id = ?)",
                            {literal(filter.user)});
    }
    if (!filter.service.empty()) {
        text += session.sql(" AND service = ?", {literal(filter.service)});
    }
    if (filter.parked) {  // see jobs::runner_of
        text += " AND state = 1 AND split_part(provider, '|', 2) LIKE 'p%'";
    }
    if (filter.state) {
        text += session.sql(" AND state = ?", {literal(static_cast<int>(*filter.state))});
    }
    return text;
}

}  // namespace

std::vector<jobs::Job> list_jobs(Session& session, JobFilter const& filter) {
    auto const before =
        literal(filter.before.value_or(base::JobId{std::numeric_limits<std::int64_t>::max()}));
    auto const state = filter.parked ? jobs::State::processing : filter.state;
    auto const ids = filter.user.empty() ? ids_of(state) : std::string_view{};
    auto const columns = fmt::format("SELECT {} FROM ", job_columns);
    std::string const source =
        ids.empty()
            ? session.sql("{s}.job_now WHERE id < ? AND id >= ?", {before, literal(filter.from)})
            : session.sql(fmt::format("(SELECT f.job FROM ({}) AS f WHERE f.job < ? AND f.job >= ? "
                                      "ORDER BY f.job DESC) AS f CROSS JOIN LATERAL (SELECT * "
                                      "FROM {{s}}.job_now WHERE id = f.job) AS j WHERE true",
                                      ids),
                          {before, literal(filter.from)});
    auto const results = session.read({columns + source + condition(session, filter) +
                                       " ORDER BY id DESC LIMIT " + literal(filter.limit)});
    return read_jobs(results[0]);
}

// A prefix is where the index is entered, and what ends the list: at most `limit` rows are read.
std::vector<ledger::Wallet> list_accounts(Session& session, AccountFilter const& filter) {
    auto const columns = fmt::format("SELECT {} FROM {{s}}.accounts WHERE ", account_columns);
    constexpr base::AccountId newest{std::numeric_limits<std::int64_t>::max()};
    bool const first = filter.after < filter.prefix;
    auto const rows = session.look(
        filter.newest_first
            ? session.sql(columns + "id < ? ORDER BY id DESC LIMIT ?",
                          {literal(filter.before.value_or(newest)), literal(filter.limit)})
            : session.sql(
                  columns + (first ? "user_id >= ?" : "user_id > ?") + " ORDER BY user_id LIMIT ?",
                  {literal(first ? filter.prefix : filter.after), literal(filter.limit)}));
    std::vector<ledger::Wallet> found;
    for (auto const& row : rows) {
        auto wallet = read_wallet(row);
        if (!filter.newest_first && !wallet.account.user.starts_with(filter.prefix)) {
            break;
        }
        found.push_back(std::move(wallet));
    }
    return found;
}

}  // namespace adapters::postgres
