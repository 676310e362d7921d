// Lists: of jobs, newest first, by whichever index the filter allows; of accounts.
#include <limits>

#include "adapters/sqlite/read.h"
#include "adapters/sqlite/rows.h"

namespace adapters::sqlite {

namespace {

// Jobs of one state, through the partial indexes of it; completed ones are most of the table.
std::string_view source_for(std::optional<jobs::State> state) {
    if (!state) {
        return "jobs";
    }
    switch (*state) {
        case jobs::State::queued:
            return "(SELECT id FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND wait = 0 "
                   "UNION ALL "
                   "SELECT id FROM jobs INDEXED BY jobs_timed WHERE state = 0 AND wait = 1 "
                   "UNION ALL "
                   "SELECT id FROM jobs INDEXED BY jobs_dependent WHERE state = 0 AND wait = 2 "
                   "UNION ALL "
                   "SELECT id FROM jobs INDEXED BY jobs_roomless WHERE state = 0 AND wait = 3)";
        case jobs::State::processing:
            return "(SELECT id FROM jobs INDEXED BY jobs_processing WHERE state = 1)";
        case jobs::State::failed:
            return "(SELECT id FROM jobs INDEXED BY jobs_failed WHERE state >= 3 AND state = 3)";
        case jobs::State::cancelled:
            return "(SELECT id FROM jobs INDEXED BY jobs_failed WHERE state >= 3 AND state = 4)";
        case jobs::State::completed:
            return "jobs";
    }
    return "jobs";
}

// See jobs::runner_of.
constexpr std::string_view is_parked =
    "state = 1 AND substr(provider, instr(provider, '|')) GLOB '|p*|*'";

std::string where(JobFilter const& filter, bool by_account) {
    std::string text = " WHERE id < ? AND id >= ?";
    text += filter.parked ? " AND " + std::string{is_parked} : "";
    text += by_account ? " AND account = ?" : "";
    text += filter.service.empty() ? "" : " AND service = ?";
    text += filter.state ? " AND state = ?" : "";
    return text + " ORDER BY id DESC LIMIT ?";
}

std::optional<jobs::State> state_of(JobFilter const& filter) {
    return filter.parked ? jobs::State::processing : filter.state;
}

std::string sql_for(JobFilter const& filter) {
    if (!filter.user.empty()) {
        return select(job_columns(), "jobs INDEXED BY jobs_account" + where(filter, true));
    }
    auto const source = source_for(state_of(filter));
    if (source == "jobs") {
        return select(job_columns(), "jobs" + where(filter, false));
    }
    if (filter.parked) {
        return select(job_columns(),
                      "jobs WHERE id IN (SELECT id FROM jobs INDEXED BY "
                      "jobs_processing WHERE state = 1) AND id < ?1 AND id >= ?4 AND "
                      "(?2 = '' OR service = ?2) AND " +
                          std::string{is_parked} + " ORDER BY id DESC LIMIT ?3");
    }
    // The ids come from the index; the few rows that are wanted are looked up afterwards.
    std::string const ids = filter.service.empty()
                                ? "SELECT id FROM " + std::string{source} +
                                      " WHERE id < ?1 AND id >= ?4 ORDER BY id DESC LIMIT ?3"
                                : "SELECT listed.id FROM " + std::string{source} +
                                      " AS listed JOIN jobs AS j ON j.id = listed.id WHERE "
                                      "listed.id < ?1 AND listed.id >= ?4 AND j.service = ?2 "
                                      "ORDER BY listed.id DESC LIMIT ?3";
    return select(job_columns(), "jobs WHERE id IN (" + ids + ") ORDER BY id DESC");
}

}  // namespace

std::vector<jobs::Job> list_jobs(Database& database, JobFilter const& filter) {
    constexpr base::JobId newest{std::numeric_limits<std::int64_t>::max()};
    std::optional<base::AccountId> account;
    if (!filter.user.empty()) {
        account = account_of(database, filter.user);
        if (!account) {
            return {};
        }
    }
    Query query{database, sql_for(filter)};
    auto const before = filter.before.value_or(newest);
    bool const indirect = filter.user.empty() && source_for(state_of(filter)) != "jobs";
    if (indirect) {
        query.bind(before, filter.service, filter.limit, filter.from);
    } else {
        query.bind(before, filter.from);
        if (account) {
            query.bind(*account);
        }
        if (!filter.service.empty()) {
            query.bind(filter.service);
        }
        if (filter.state) {
            query.bind(static_cast<int>(*filter.state));
        }
        query.bind(filter.limit);
    }
    std::vector<jobs::Job> listed;
    while (query.step()) {
        listed.push_back(read_job(query));
    }
    return listed;
}

// A prefix is where the index is entered, and what ends the list: at most `limit` rows are read.
std::vector<ledger::Wallet> list_accounts(Database& database, AccountFilter const& filter) {
    static std::string const by_user =
        select(account_columns, "accounts WHERE user >= ? ORDER BY user LIMIT ?");
    static std::string const beyond =
        select(account_columns, "accounts WHERE user > ? ORDER BY user LIMIT ?");
    static std::string const by_age =
        select(account_columns, "accounts WHERE id < ? ORDER BY id DESC LIMIT ?");
    static std::string const grants =
        select(grant_columns, "grants WHERE account = ? AND open ORDER BY number");
    constexpr base::AccountId newest{std::numeric_limits<std::int64_t>::max()};
    bool const first = filter.after < filter.prefix;
    auto const& sql = filter.newest_first ? by_age : first ? by_user : beyond;
    Query query{database, sql.c_str()};
    if (filter.newest_first) {
        query.bind(filter.before.value_or(newest), filter.limit);
    } else {
        query.bind(first ? filter.prefix : filter.after, filter.limit);
    }
    std::vector<ledger::Wallet> found;
    while (query.step()) {
        ledger::Wallet wallet{.account = read_account(query)};
        if (!filter.newest_first && !wallet.account.user.starts_with(filter.prefix)) {
            break;
        }
        Query open{database, grants.c_str()};
        open.bind(wallet.account.id);
        while (open.step()) {
            wallet.grants.push_back(read_grant(open));
        }
        found.push_back(std::move(wallet));
    }
    return found;
}

}  // namespace adapters::sqlite
