// A real store, and somebody who can change everything in it: the owner of the file, or the
// database's superuser, with a tool of their own. They switch the guards off, and on again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "tests/jobs/desk.h"

namespace audit_tests {

class Victim {
public:
    Victim() = default;
    Victim(Victim const&) = delete;
    Victim& operator=(Victim const&) = delete;
    virtual ~Victim() = default;

    virtual tests::Desk& desk() = 0;

    // `{s}` is where its tables are, `{user}` the column with the name of an account's user.
    virtual void behind_the_guards(std::vector<std::string> const& statements) = 0;
    // Without touching any guard.
    virtual void execute(std::string const& statement) = 0;

    // Statements that switch a guard off and leave it so, and its name.
    virtual std::string switch_off_a_guard() = 0;

    // Statements that write what is left in these grants.
    virtual std::vector<std::string> what_is_left(ledger::Account const& account,
                                                  std::vector<ledger::Grant> const& grants) = 0;
    // A grant that no entry opens; nothing refuses that.
    virtual void add(base::AccountId account, ledger::Grant const& grant) = 0;

    [[nodiscard]] virtual std::string bytes(base::Hash const& hash) const = 0;  // a literal
};

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Victim>()> make;
};

std::vector<Kind> const& victims();

}  // namespace audit_tests
