// Turns what the program knows into what a scenario can ask about, and back: jobs by their names,
// times as seen from now.
#pragma once

#include <map>

#include "jobs/job.h"
#include "ledger/wallet.h"
#include "tests/scenarios/line.h"

namespace tests {

class Teller {
public:
    // `now` is read whenever a time is told; it outlives this.
    explicit Teller(base::Timestamp const& now) : now_{now} {}

    // A job keeps the first name that it was given; a repeat's name is another for the same job.
    void name(base::JobId id, std::string const& name);
    [[nodiscard]] base::JobId id_of(std::string const& name) const;
    [[nodiscard]] std::string name_of(base::JobId id) const;

    // "+7d" and "-1h" are meant from now; "never" and nothing are no time; the rest are dates.
    [[nodiscard]] std::optional<base::Timestamp> time(std::optional<std::string> const& text) const;
    [[nodiscard]] std::string away(std::optional<base::Timestamp> const& at) const;

    [[nodiscard]] Texts fields_of(jobs::Job const& job) const;
    [[nodiscard]] Texts fields_of(ledger::Wallet const& wallet) const;
    [[nodiscard]] Answer about(ledger::Grant const& grant) const;
    [[nodiscard]] Answer about(ledger::Entry const& entry) const;

private:
    base::Timestamp const& now_;
    std::map<std::string, base::JobId> ids_;
    std::map<base::JobId, std::string> names_;
};

}  // namespace tests
