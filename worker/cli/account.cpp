// account, accounts, history: looking at who has what.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/account_view.h"
#include "worker/cli/account_words.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

void print_grants(ledger::Wallet const& wallet, base::Timestamp now) {
    using enum Table::Align;
    Table table({{"GRANT"},
                 {"KIND"},
                 {"AMOUNT", right},
                 {"LEFT", right},
                 {"FROM"},
                 {"EXPIRES"},
                 {"ONLY FOR"}});
    std::int64_t spent = 0;
    for (auto const& grant : wallet.grants) {
        if (grant.remaining.value == 0) {
            spent += 1;
            continue;
        }
        auto expires = grant.expires_at ? local_time(*grant.expires_at) : "never";
        if (grant.expires_at && *grant.expires_at <= now) {
            expires += " (expired)";
        }
        table.row({ledger::public_id(wallet.account.id, grant.number),
                   std::string(ledger::to_text(grant.kind)), std::to_string(grant.amount.value),
                   std::to_string(grant.remaining.value), local_time(grant.effective_at), expires,
                   clean(grant.service)});
    }
    if (!table.empty()) {
        table.print();
    }
    if (spent > 0) {
        fmt::print("{} with nothing left not shown\n", counted(spent, "grant"));
    }
}

// What ends within thirty days, as `expiring` says over HTTP.
void print_expiring(ledger::Wallet const& wallet, base::Timestamp now) {
    base::Credits sum;
    std::optional<base::Timestamp> first;
    for (auto const& grant : wallet.grants) {
        if (ledger::spendable(grant, now) && grant.expires_at &&
            *grant.expires_at <= now + std::chrono::days{30}) {
            sum += grant.remaining;
            first = std::min(first.value_or(*grant.expires_at), *grant.expires_at);
        }
    }
    if (first) {
        fmt::print("expiring  {} within 30 days, the first on {}\n", sum.value, local_time(*first));
    }
}

void print_account(ledger::Wallet const& wallet, base::Timestamp now) {
    auto const& account = wallet.account;
    fmt::print("{}\n", bold(clean(account.user)));
    fmt::print("balance   {}{}\n", ledger::balance(wallet, now).value,
               account.frozen ? "  (frozen)" : "");
    print_expiring(wallet, now);
    if (account.debt.value != 0) {
        fmt::print("debt      {}\n", account.debt.value);
    }
    if (!account.tier.empty()) {
        fmt::print("tier      {}\n", clean(account.tier));
    }
    for (auto const& [name, fact] :
         {std::pair{"name", &account.username}, std::pair{"email", &account.email},
          std::pair{"zone", &account.time_zone}}) {
        if (!fact->empty()) {
            fmt::print("{:<10}{}\n", name, clean(*fact));
        }
    }
    if (account.member_until) {
        fmt::print("member    until {}\n", local_time(*account.member_until));
    }
    print_standing(account, now);
    fmt::print("since     {}\n", local_time(account.created_at));
    fmt::print("totals    recharged {}, consumed {}, refunded {}, expired {}\n\n",
               account.totals.recharged.value, account.totals.consumed.value,
               account.totals.refunded.value, account.totals.expired.value);
    print_grants(wallet, now);
}

class ShowAccount final : public Verb {
public:
    void declare(Options& options) override {
        options.optional("USER", user_,
                         "the user id; `account show USER` where it is called like a word below");
        options.text("--at", "WHEN", at_, "its balance at that time, by what had taken effect");
        words_.declare(options, word_);
        options.example("  tallyman account ann\n  tallyman account ann --at 2027-01-01");
    }

    int run(Context& context) override {
        if (word_ == "show") {
            user_ = words_.user();
        } else if (!word_.empty()) {
            return words_.run(context, word_);
        }
        if (user_.empty()) {
            throw Stop(usage, "USER is needed: `tallyman account ann`");
        }
        auto const user = user_id(user_);
        auto& store = context.store(Opening::existing);
        auto const wallet = store.find_wallet(user);
        if (!wallet) {
            return context.refuse(no_such_account(user), answer_is_no);
        }
        auto const now = store.now();
        if (!at_.empty()) {
            tell_past(context, wallet->account, when("--at", at_, now), store);
        } else if (context.json()) {
            Context::print(wire::account_json(*wallet, now));
        } else {
            print_account(*wallet, now);
        }
        return done;
    }

private:
    static void tell_past(Context const& context, ledger::Account const& account,
                          base::Timestamp at, adapters::Store& store) {
        auto const balance = store.balance_at(account.id, at);
        if (context.json()) {
            Context::print(boost::json::object{
                {"user_id", account.user}, {"balance", balance.value}, {"at", base::to_ms(at)}});
        } else {
            fmt::print("{} had {} at {}\n", clean(account.user), balance.value, local_time(at));
        }
    }

    std::string user_;
    std::string at_;
    std::string word_;
    AccountWords words_;
};

class Accounts final : public Verb {
public:
    void declare(Options& options) override {
        options.optional("PREFIX", filter_.prefix,
                         "only of users whose ids begin so (default: all, the newest first)");
        options.number("--limit", limit_, 1, 10'000, "how many (default 20)");
        options.text("--after", "USER", filter_.after, "by user id, only those after this one");
        options.example("  tallyman accounts\n  tallyman accounts team7: --limit 100 --json");
    }

    int run(Context& context) override {
        filter_.limit = static_cast<int>(limit_);
        filter_.newest_first = filter_.prefix.empty() && filter_.after.empty();
        auto& store = context.store(Opening::existing);
        auto const found = store.list_accounts(filter_);
        auto const now = store.now();
        context.json() ? print_lines(found, now) : print_table(found, now);
        return done;
    }

private:
    static void print_lines(std::vector<ledger::Wallet> const& found, base::Timestamp now) {
        for (auto const& wallet : found) {
            Context::print(wire::account_line_json(wallet, now));
        }
    }

    static void print_table(std::vector<ledger::Wallet> const& found, base::Timestamp now) {
        using enum Table::Align;
        Table table({{"USER"}, {"BALANCE", right}, {"CONSUMED", right}, {"TIER"}, {"SINCE"}, {}});
        for (auto const& wallet : found) {
            auto const& account = wallet.account;
            table.row({clean(account.user), std::to_string(ledger::balance(wallet, now).value),
                       std::to_string(account.totals.consumed.value), clean(account.tier),
                       local_time(account.created_at), account.frozen ? "frozen" : ""});
        }
        table.empty() ? fmt::print("no accounts\n") : table.print();
    }

    adapters::AccountFilter filter_;
    std::int64_t limit_ = 20;
};

class History final : public Verb {
public:
    void declare(Options& options) override {
        options.required("USER", user_, "the user id");
        options.number("--limit", limit_, 1, 10'000, "how many entries, newest first (default 20)");
        options.text("--before", "ENTRY", before_, "only entries older than this one");
        options.example("  tallyman history ann --limit 5");
    }

    int run(Context& context) override {
        auto const user = user_id(user_);
        adapters::EntryFilter filter{.limit = static_cast<int>(limit_)};
        if (!before_.empty()) {
            filter.before = sequence(before_);
        }
        auto& store = context.store(Opening::existing);
        auto const wallet = store.glance(user);
        if (!wallet) {
            return context.refuse(no_such_account(user), answer_is_no);
        }
        auto const entries = store.entries_of(wallet->account.id, filter);
        if (!context.json()) {
            print_entries(entries);
            return done;
        }
        for (auto const& entry : entries) {
            Context::print(wire::entry_json(entry));
        }
        return done;
    }

private:
    // The last part of an entry's id is its sequence: "17-4", or "4" for short.
    static std::int64_t sequence(std::string const& id) {
        auto const dash = id.rfind('-');
        auto const number =
            base::parse_integer(dash == std::string::npos ? id : id.substr(dash + 1));
        if (!number || *number <= 0) {
            throw Stop(usage, fmt::format("--before: `{}` is not the id of an entry", id));
        }
        return *number;
    }

    std::string user_;
    std::string before_;
    std::int64_t limit_ = 20;
};

}  // namespace

wire::Refusal no_such_account(std::string const& user) {
    return {.code = "unknown_account",
            .detail = fmt::format("there is no account `{}`; it comes into being with its first "
                                  "job or grant",
                                  user),
            .status = 404,
            .facts = {}};
}

void print_entries(std::vector<ledger::Entry> const& entries) {
    using enum Table::Align;
    Table table({{"ENTRY"},
                 {"TIME"},
                 {"KIND"},
                 {"AMOUNT", right},
                 {"BALANCE", right},
                 {"JOB", right},
                 {"NOTE"}});
    for (auto const& entry : entries) {
        auto const about = entry.note.empty() ? entry.reference : entry.note;
        table.row({ledger::public_id(entry.account, entry.seq), local_time(entry.effective_at),
                   std::string(ledger::to_text(entry.kind)),
                   fmt::format("{:+}", entry.amount.value),
                   std::to_string(entry.balance_after.value),
                   entry.job ? base::to_text(entry.job) : "", clean(about)});
    }
    table.empty() ? fmt::print("no entries\n") : table.print();
}

std::unique_ptr<Verb> make_account() {
    return std::make_unique<ShowAccount>();
}

std::unique_ptr<Verb> make_accounts() {
    return std::make_unique<Accounts>();
}

std::unique_ptr<Verb> make_history() {
    return std::make_unique<History>();
}

}  // namespace worker::cli
