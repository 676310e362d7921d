#include "wire/sync_json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wire {

namespace {

namespace json = boost::json;

std::string message_of(base::Credits amount, base::Credits balance, Tongue tongue) {
    if (tongue == Tongue::chinese) {
        return amount.value > 0
                   ? fmt::format("增加 {} 积分，当前积分：{}", amount.value, balance.value)
                   : fmt::format("扣除 {} 积分，当前积分：{}", -amount.value, balance.value);
    }
    return amount.value > 0 ? fmt::format("added {}, {} there now", amount.value, balance.value)
                            : fmt::format("deducted {}, {} left", -amount.value, balance.value);
}

Refusal capped(jobs::Synced const& answer) {
    return {.code = "daily_cap",
            .detail = fmt::format("the source may add {} credits a day (UTC) and has added {}; "
                                  "more tomorrow",
                                  answer.limit.value, answer.used.value),
            .status = 429,
            .facts = {{"limit", answer.limit.value},
                      {"used", answer.used.value},
                      {"free_at", base::to_ms(answer.free_at)}}};
}

}  // namespace

bool went_through(jobs::Synced const& answer) {
    return answer.outcome == jobs::SyncOutcome::moved ||
           answer.outcome == jobs::SyncOutcome::repeated;
}

json::object synced_json(jobs::Synced const& answer, Tongue tongue) {
    auto const amount = answer.moved.entry ? answer.moved.entry->amount : base::Credits{};
    return {{"success", true},
            {"balance", answer.moved.balance.value},
            {"message", message_of(amount, answer.moved.balance, tongue)}};
}

Refusal refusal_of(jobs::Synced const& answer, base::Credits required) {
    using enum jobs::SyncOutcome;
    switch (answer.outcome) {
        case moved:
        case repeated:
            return {};
        case bad_token:
            return {.code = "bad_token",
                    .detail =
                        "there is no such source, or the token is not the one for these "
                        "values under its secret",
                    .status = 401};
        case stale_token:
            return {.code = "stale_token",
                    .detail =
                        "the timestamp is more than 300 seconds away from now; sign the "
                        "call anew, with the same reference",
                    .status = 401};
        case direction_not_allowed:
            return {.code = "direction_not_allowed",
                    .detail = "the source may not move credits in this direction",
                    .status = 403};
        case daily_cap:
            return capped(answer);
        case refused:
            break;
    }
    auto refusal = refusal_of(answer.moved);
    if (answer.moved.outcome == jobs::MoveOutcome::insufficient_credits) {
        refusal.status = 400;  // as `consume` answers it
        refusal.facts["required"] = required.value;
    }
    return refusal;
}

Refusal refusal_of(jobs::Merged const& merged) {
    switch (merged.outcome) {
        case jobs::MergeOutcome::merged:
            return {};
        case jobs::MergeOutcome::in_debt:
            return {.code = "account_in_debt",
                    .detail = "the user's own account is in debt; it must be even first",
                    .status = 409};
        case jobs::MergeOutcome::frozen:
            return refusal_of(jobs::Moved{.outcome = jobs::MoveOutcome::frozen});
        case jobs::MergeOutcome::overflow:
            return refusal_of(jobs::Moved{.outcome = jobs::MoveOutcome::overflow});
    }
    return {};
}

json::object source_json(jobs::SyncSource const& source) {
    json::array allow;
    if (source.may_add) {
        allow.emplace_back("add");
    }
    if (source.may_deduct) {
        allow.emplace_back("deduct");
    }
    json::object out{{"source", source.name}, {"allow", std::move(allow)}};
    if (source.daily_cap) {
        out["daily_cap"] = source.daily_cap->value;
    }
    out["rotating"] = !source.previous_secret.empty();
    out["created_at"] = base::to_ms(source.created_at);
    out["changed_at"] = base::to_ms(source.changed_at);
    return out;
}

json::object synced_balance_json(ledger::Wallet const& wallet, base::Timestamp now) {
    json::object out{{"success", true}, {"credits", ledger::balance(wallet, now).value}};
    if (!wallet.account.username.empty()) {
        out["nickname"] = wallet.account.username;
    }
    return out;
}

// Every entry has a reason: its note, or what it was for, or what it is.
json::object records_json(std::vector<ledger::Entry> const& entries) {
    json::array records;
    for (auto const& entry : entries) {
        auto const what =
            entry.action.empty() ? std::string{ledger::to_text(entry.kind)} : entry.action;
        records.push_back(json::object{{"change", entry.amount.value},
                                       {"reason", entry.note.empty() ? what : entry.note},
                                       {"created_at", base::to_ms(entry.recorded_at)}});
    }
    return {{"success", true}, {"records", std::move(records)}};
}

}  // namespace wire
