// statement: opening balance, lines, closing balance, by the date of effect; they add up.
#include "worker/statement.h"

#include <limits>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/statement_json.h"
#include "worker/cli/account_view.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

void print_frame(ledger::Statement const& statement) {
    fmt::print("{}\n", bold(fmt::format("{} from {} to {} (not included)", clean(statement.user),
                                        local_time(statement.from), local_time(statement.to))));
    fmt::print("opening balance  {}\n\n", statement.opening.value);
}

void print_page(ledger::Statement const& statement) {
    base::Credits in;
    base::Credits out;
    for (auto const& entry : statement.entries) {
        (entry.amount.value > 0 ? in : out) += entry.amount;
    }
    print_frame(statement);
    print_entries(statement.entries);
    fmt::print("\nin {:+}, out {}\n", in.value, out.value);
    fmt::print("closing balance  {}\n", statement.closing.value);
}

void print_page(ledger::Statement const& statement, ledger::By by,
                std::vector<ledger::Group> const& groups) {
    print_frame(statement);
    fmt::print("{:<24}{:>9}{:>14}{:>14}{:>14}\n", ledger::to_text(by), "entries", "in", "out",
               "balance");
    for (auto const& group : groups) {
        fmt::print("{:<24}{:>9}{:>+14}{:>14}{:>14}\n", clean(group.name), group.entries,
                   group.in.value, -group.out.value, group.balance.value);
    }
    fmt::print("\nclosing balance  {}\n", statement.closing.value);
}

class Statement final : public Verb {
public:
    void declare(Options& options) override {
        options.required("USER", user_, "the user id");
        options.must("--from", "WHEN", from_, "a date (midnight here) or a time; included");
        options.must("--to", "WHEN", to_, "a date (midnight here) or a time; not included");
        options.text("--by", "WHAT", by_, "sums by day, service or kind in place of the lines");
        options.flag("--csv", csv_, "comma-separated values");
        options.example(
            "  tallyman statement ann --from 2027-01-01 --to 2027-02-01 --csv\n"
            "  tallyman statement ann --from 2027-01-01 --to 2027-02-01 --by day");
    }

    int run(Context& context) override {
        auto const user = user_id(user_);
        auto const by = by_.empty() ? std::nullopt : ledger::parse_by(by_);
        if (!by_.empty() && !by) {
            throw Stop(usage,
                       fmt::format("--by: expected day, service or kind, got `{}`", clean(by_)));
        }
        auto& store = context.store(Opening::existing);
        auto const wallet = store.glance(user);
        if (!wallet) {
            return context.refuse(no_such_account(user), answer_is_no);
        }
        auto const now = store.now();
        auto const from = when("--from", from_, now);
        auto const to = when("--to", to_, now);
        if (to < from) {
            throw Stop(usage, "--to is before --from");
        }
        auto const statement = read_statement(store, wallet->account, from, to,
                                              std::numeric_limits<std::size_t>::max());
        if (!statement) {
            throw Stop(answer_is_no,
                       "the account keeps changing or its entries don't add up; try "
                       "again, or see `tallyman audit --user`");
        }
        by ? print(context, *statement, *by) : print(context, *statement);
        return done;
    }

private:
    void print(Context& context, ledger::Statement const& statement) const {
        if (context.json()) {
            Context::print(wire::statement_json(statement));
        } else if (csv_) {
            fmt::print("{}", wire::statement_csv(statement));
        } else {
            print_page(statement);
        }
    }

    void print(Context& context, ledger::Statement const& statement, ledger::By by) const {
        auto const groups = ledger::grouped(statement, by, context.settings().rules.zone);
        if (context.json()) {
            Context::print(wire::statement_json(statement, by, groups));
        } else if (csv_) {
            fmt::print("{}", wire::statement_csv(statement, by, groups));
        } else {
            print_page(statement, by, groups);
        }
    }

    std::string user_;
    std::string from_;
    std::string to_;
    std::string by_;
    bool csv_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_statement() {
    return std::make_unique<Statement>();
}

}  // namespace worker::cli
