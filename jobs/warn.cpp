// Grants that are about to end.
#include "jobs/warn.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

namespace jobs {

namespace {

constexpr std::array all{Stage{.days = 30, .next = 7}, Stage{.days = 7, .next = 1},
                         Stage{.days = 1, .next = 0}};

base::Millis millis_of_days(int count) {
    return base::Millis{count * 24LL * 3600 * 1000};
}

// Whether a grant of that account lies behind the one mark and not behind the other.
bool between(WarningMark const& before, WarningMark const& after, base::AccountId account,
             base::Timestamp at) {
    auto const place = std::tuple{at, account};
    return std::tuple{before.at, before.account} < place &&
           place <= std::tuple{after.at, after.account};
}

std::optional<Notice> notice_of(ledger::Wallet const& wallet, Ended const& ended,
                                Stage const& stage) {
    std::vector<ledger::Grant const*> ending;
    for (auto const& grant : wallet.grants) {
        // One that was made for no longer than that is told of at a later stage.
        bool const fits =
            grant.expires_at && *grant.expires_at - grant.effective_at > millis_of_days(stage.days);
        if (fits && grant.remaining.value > 0 &&
            between(ended.before, ended.after, wallet.account.id, *grant.expires_at)) {
            ending.push_back(&grant);
        }
    }
    if (ending.empty()) {
        return std::nullopt;
    }
    std::ranges::sort(ending, {}, [](auto const* grant) {
        return std::tuple{*grant->expires_at, grant->number};
    });
    base::Credits sum;
    std::vector<Facts> grants;
    for (auto const* grant : ending) {
        sum += grant->remaining;
        grants.push_back({{"id", ledger::public_id(wallet.account.id, grant->number)},
                          {"credits", grant->remaining.value},
                          {"at", base::to_ms(*grant->expires_at)}});
    }
    return Notice{.kind = "grant.expiring",
                  .user = wallet.account.user,
                  .account = wallet.account.id,
                  .facts = {{"days", static_cast<std::int64_t>(stage.days)},
                            {"credits", sum.value},
                            {"at", base::to_ms(*ending.front()->expires_at)},
                            {"grants", std::move(grants)}}};
}

}  // namespace

std::span<Stage const> stages() {
    return all;
}

WarningMark end_of(Ending const& ending, base::Timestamp now) {
    return {.name = ending.mark,
            .at = now + ending.until,
            .account = {std::numeric_limits<std::int64_t>::max()}};
}

Load load_for_warnings(Stage const& stage, int limit) {
    return {.wallets_only_read = true,
            .ending = Ending{.mark = std::to_string(stage.days) + " days",
                             .from = millis_of_days(stage.next),
                             .until = millis_of_days(stage.days),
                             .limit = limit}};
}

Warned warn(Batch& batch, Stage const& stage, int limit) {
    Warned warned;
    if (!batch.ended) {
        return warned;
    }
    for (auto const& wallet : batch.wallets) {
        if (auto notice = notice_of(wallet, *batch.ended, stage)) {
            auto const& grants = std::get<std::vector<Facts>>(notice->facts.back().value);
            warned.accounts += 1;
            warned.grants += static_cast<int>(grants.size());
            batch.notices.push_back(std::move(*notice));
        }
    }
    batch.warned = batch.ended->after;
    warned.more = batch.ended->found >= limit;
    return warned;
}

}  // namespace jobs
