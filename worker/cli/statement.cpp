// statement: opening balance, lines, closing balance, by the date of effect; they add up.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/account_view.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr int page = 1'000;
constexpr int tries = 5;

struct Lines {
    base::Timestamp from;
    base::Timestamp to;  // not included
    base::Credits opening;
    base::Credits closing;
    std::vector<ledger::Entry> entries;  // by effect; balance_after is by effect, too
};

std::vector<ledger::Entry> entries_between(adapters::Store& store, base::AccountId account,
                                           base::Timestamp from, base::Timestamp to) {
    std::vector<ledger::Entry> entries;
    adapters::EntryFilter filter{.from = from, .to = to, .limit = page};
    while (true) {
        auto found = store.entries_of(account, filter);
        auto const last = std::ssize(found) < page;
        if (!found.empty()) {
            filter.before = found.back().seq;
        }
        std::ranges::move(found, std::back_inserter(entries));
        if (last) {
            break;
        }
    }
    std::ranges::sort(entries, {},
                      [](ledger::Entry const& e) { return std::pair(e.effective_at, e.seq); });
    return entries;
}

// The store is read in steps, and an expiry recorded between them is dated in the past: then the
// lines don't add up, and it is read again.
std::optional<Lines> read(adapters::Store& store, base::AccountId account, base::Timestamp from,
                          base::Timestamp to) {
    constexpr base::Millis instant{1};
    Lines lines{.from = from, .to = to};
    lines.opening = store.balance_at(account, from - instant);
    lines.entries = entries_between(store, account, from, to);
    auto balance = lines.opening;
    for (auto& entry : lines.entries) {
        balance += entry.amount;
        entry.balance_after = balance;
    }
    lines.closing = store.balance_at(account, to - instant);
    return balance == lines.closing ? std::optional(std::move(lines)) : std::nullopt;
}

// RFC 4180; a leading character that a spreadsheet takes for a formula is defused.
std::string csv(std::string const& text) {
    auto cell = clean(text);
    if (!cell.empty() && std::string_view("=+-@").contains(cell.front())) {
        cell.insert(0, "'");
    }
    if (cell.find_first_of(",\"'") == std::string::npos) {
        return cell;
    }
    std::string quoted = "\"";
    for (char const c : cell) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
}

void print_csv(Lines const& lines) {
    fmt::print("time,entry,kind,amount,balance,job,reference,note\r\n");
    fmt::print("{},,opening,,{},,,\r\n", base::to_text(lines.from), lines.opening.value);
    for (auto const& entry : lines.entries) {
        fmt::print("{},{},{},{},{},{},{},{}\r\n", base::to_text(entry.effective_at),
                   ledger::public_id(entry.account, entry.seq), ledger::to_text(entry.kind),
                   entry.amount.value, entry.balance_after.value,
                   entry.job ? base::to_text(entry.job) : "", csv(entry.reference),
                   csv(entry.note));
    }
    fmt::print("{},,closing,,{},,,\r\n", base::to_text(lines.to), lines.closing.value);
}

void print_json(std::string const& user, Lines const& lines) {
    boost::json::array list;
    for (auto const& entry : lines.entries) {
        list.push_back(wire::entry_json(entry));
    }
    Context::print(boost::json::object{{"user_id", user},
                                       {"from", base::to_ms(lines.from)},
                                       {"to", base::to_ms(lines.to)},
                                       {"opening", lines.opening.value},
                                       {"lines", std::move(list)},
                                       {"closing", lines.closing.value}});
}

void print_page(std::string const& user, Lines const& lines) {
    base::Credits in;
    base::Credits out;
    for (auto const& entry : lines.entries) {
        (entry.amount.value > 0 ? in : out) += entry.amount;
    }
    fmt::print("{}\n", bold(fmt::format("{} from {} to {} (not included)", clean(user),
                                        local_time(lines.from), local_time(lines.to))));
    fmt::print("opening balance  {}\n\n", lines.opening.value);
    print_entries(lines.entries);
    fmt::print("\nin {:+}, out {}\n", in.value, out.value);
    fmt::print("closing balance  {}\n", lines.closing.value);
}

class Statement final : public Verb {
public:
    void declare(Options& options) override {
        options.required("USER", user_, "the user id");
        options.must("--from", "WHEN", from_, "a date (midnight here) or a time; included");
        options.must("--to", "WHEN", to_, "a date (midnight here) or a time; not included");
        options.flag("--csv", csv_, "comma-separated values");
        options.example("  tallyman statement ann --from 2027-01-01 --to 2027-02-01 --csv");
    }

    int run(Context& context) override {
        auto const user = user_id(user_);
        auto& store = context.store(Opening::existing);
        auto const wallet = store.find_wallet(user);
        if (!wallet) {
            return context.refuse(no_such_account(user), answer_is_no);
        }
        auto const now = store.now();
        auto const from = when("--from", from_, now);
        auto const to = when("--to", to_, now);
        if (to < from) {
            throw Stop(usage, "--to is before --from");
        }
        for (int i = 0; i < tries; ++i) {
            if (auto const lines = read(store, wallet->account.id, from, to)) {
                print(context, *lines);
                return done;
            }
        }
        throw Stop(answer_is_no,
                   "the account keeps changing or its entries don't add up; try "
                   "again, or see `tallyman audit --user`");
    }

private:
    void print(Context& context, Lines const& lines) const {
        if (context.json()) {
            print_json(user_, lines);
        } else if (csv_) {
            print_csv(lines);
        } else {
            print_page(user_, lines);
        }
    }

    std::string user_;
    std::string from_;
    std::string to_;
    bool csv_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_statement() {
    return std::make_unique<Statement>();
}

}  // namespace worker::cli
