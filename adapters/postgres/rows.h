// Rows to values and back. Column lists are in the order in which values are read and written.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/outgoing.h"
#include "adapters/postgres/text.h"
#include "jobs/job.h"
#include "ledger/wallet.h"
#include "pricing/terms.h"

namespace adapters::postgres {

// Few distinct terms exist, so each line is parsed once a reading.
class TermsCache {
public:
    pricing::Terms const& of(std::string_view line);

private:
    std::map<std::string, pricing::Terms, std::less<>> known_;
};

extern std::string_view const job_columns;  // of `jobs` and of `job_now`: all of them
inline constexpr int job_column_count = 51;

jobs::Job read_job(pqxx::row const& row, TermsCache& terms);
// What a claim says of a job: all there is to say, if the job has never run.
extern std::string_view const claimed_columns;
inline constexpr int claimed_column_count = 20;
jobs::Job read_claimed(pqxx::row const& row, TermsCache& terms);
std::vector<jobs::Job> read_jobs(pqxx::result const& result);

void put_new_job(Rows& rows, jobs::Job const& job);
void put_changed_job(Rows& rows, jobs::Job const& job);
void put_running(Rows& rows, jobs::Job const& job, int rev);

// What of a job that may change does not stand in `running`.
struct AtRest {
    jobs::State state = jobs::State::queued;
    jobs::Wait wait = jobs::Wait::none;
    int priority = 0;
    int failures = 0;
    int losses = 0;
    std::int64_t turn = 0;
    base::Timestamp run_at;
    std::optional<base::Timestamp> finished_at;
    std::optional<base::Millis> duration;
    std::optional<jobs::Measurement> measurement;
    bool pruned = false;
    bool late_result = false;
    bool poison = false;
    std::optional<jobs::Error> error;
    std::string result;

    friend bool operator==(AtRest const&, AtRest const&) = default;
};

AtRest rest_of(jobs::Job const& job);

// Username, e-mail, time zone and standing, from their column.
void read_facts(std::string_view facts, ledger::Account& account);

// An account with its open grants; the grants that it holds are all that have something left.
extern std::string_view const account_columns;
ledger::Wallet read_wallet(pqxx::row const& row);
void put_new_account(Rows& rows, ledger::Wallet const& wallet);
// `entries_before`: how many it had when it was loaded.
void put_changed_account(Rows& rows, ledger::Wallet const& wallet, std::int64_t entries_before);

// The facts of a grant; what remains of it is in its account's row.
extern std::string_view const grant_columns;
ledger::Grant read_grant(pqxx::row const& row);

extern std::string_view const entry_columns;
ledger::Entry read_entry(pqxx::row const& row);
void put_entry(Rows& rows, ledger::Entry const& entry);

// "3:0:550:120:1700000000000:0:tts;…": number, kind, amount, what remains, when it takes effect and
// expires (0: never), and the service that it is for (empty: any).
std::string to_line(std::vector<ledger::Grant> const& grants);
std::vector<ledger::Grant> parse_grants(std::string_view line);

}  // namespace adapters::postgres
