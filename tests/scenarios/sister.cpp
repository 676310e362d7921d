// The commands of a scenario that sister products give.
#include <algorithm>

#include "jobs/merge.h"
#include "jobs/sync.h"
#include "tests/scenarios/player.h"

namespace tests {

namespace {

std::string words_of(jobs::SyncOutcome outcome) {
    using enum jobs::SyncOutcome;
    switch (outcome) {
        case moved:
            return "moved";
        case repeated:
            return "repeated";
        case bad_token:
            return "bad_token";
        case stale_token:
            return "stale_token";
        case direction_not_allowed:
            return "direction_not_allowed";
        case daily_cap:
            return "daily_cap";
        case refused:
            return "";
    }
    return "";
}

std::string words_of(jobs::MergeOutcome outcome) {
    using enum jobs::MergeOutcome;
    return outcome == merged    ? "merged"
           : outcome == in_debt ? "in_debt"
           : outcome == frozen  ? "frozen"
                                : "overflow";
}

}  // namespace

Answers Player::source(Line& line) {
    auto& registry = desk_.store->sync();
    auto const name = line.word(1);
    if (line.text("remove") == "yes") {
        return {{.words = registry.remove(name) ? "removed" : "unknown"}};
    }
    auto const allow = split(line.text("allow", "add,deduct"));
    jobs::SyncSource source{.name = name,
                            .secret = line.text("secret", "s3cret"),
                            .previous_secret = line.text("previous"),
                            .may_add = std::ranges::find(allow, "add") != allow.end(),
                            .may_deduct = std::ranges::find(allow, "deduct") != allow.end()};
    if (auto const cap = line.take("cap")) {
        source.daily_cap = base::Credits{number(*cap)};
    }
    registry.put(source);
    return {{.words = "put"}};
}

// What is signed and what is sent are the same unless the line says otherwise.
Answers Player::sync(Line& line) {
    auto const at = tell_.time(line.take("signed")).value_or(desk_.now);
    jobs::SyncRequest what{.source = line.text("source", "novel"),
                           .telegram_id = line.word(1),
                           .amount = {number(line.text("amount"))},
                           .reason = line.text("reason"),
                           .timestamp = std::to_string(base::to_ms(at)),
                           .signed_at = at,
                           .reference = line.text("reference")};
    auto in_token = what;
    in_token.source = line.text("signed_source", what.source);
    in_token.telegram_id = line.text("signed_for", what.telegram_id);
    in_token.amount = {number(line.text("signed_amount", text_of(what.amount)))};
    what.token = jobs::token_of(in_token, line.text("secret", "s3cret"));
    std::vector const one{what};
    jobs::Synced answer;
    desk_.store->transact(jobs::load_for(one), [&](jobs::Batch& batch) {
        answer = jobs::sync(batch, one, desk_.rules).at(0);
    });
    if (auto words = words_of(answer.outcome); !words.empty()) {
        bool const well = answer.outcome == jobs::SyncOutcome::moved ||
                          answer.outcome == jobs::SyncOutcome::repeated;
        return {{.words = std::move(words),
                 .fields = {{"balance", text_of(answer.moved.balance)},
                            {"used", text_of(answer.used)},
                            {"limit", text_of(answer.limit)},
                            {"free", tell_.away(answer.free_at)}},
                 .refused = !well}};
    }
    return moved(answer.moved);
}

// link TELEGRAM_ID USER: for all sources, with what the user's own account has.
Answers Player::link(Line& line) {
    auto const& user = line.word(2);
    desk_.store->sync().link({.source = "", .telegram_id = line.word(1)}, user);
    auto const own = jobs::default_user(line.word(1));
    jobs::Merged merged;
    desk_.store->transact(jobs::load_for_merge(own, user), [&](jobs::Batch& batch) {
        merged = jobs::merge(batch, own, user, desk_.rules);
    });
    return {{.words = words_of(merged.outcome),
             .fields = {{"grants", std::to_string(merged.grants)},
                        {"credits", text_of(merged.credits)}},
             .refused = merged.outcome != jobs::MergeOutcome::merged}};
}

}  // namespace tests
