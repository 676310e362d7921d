#include "wire/credits_json.h"

#include <algorithm>
#include <map>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "ledger/post.h"
#include "wire/json.h"
#include "wire/terms_text.h"

namespace wire {

namespace {

namespace json = boost::json;

constexpr base::Millis soon{30LL * 24 * 3600 * 1000};

json::array expiring(ledger::Wallet const& wallet, base::Timestamp now, base::Zone const& zone) {
    struct Day {
        base::Credits credits;
        base::Timestamp first;
    };

    std::map<base::Timestamp, Day> days;
    for (auto const& grant : wallet.grants) {
        if (!ledger::spendable(grant, now) || !grant.expires_at || *grant.expires_at > now + soon) {
            continue;
        }
        auto& day =
            days.try_emplace(base::day_start(zone, *grant.expires_at), Day{{}, *grant.expires_at})
                .first->second;
        day.credits += grant.remaining;
        day.first = std::min(day.first, *grant.expires_at);
    }
    json::array list;
    for (auto const& [start, day] : days) {
        list.push_back(
            json::object{{"credits", day.credits.value}, {"at", base::to_ms(day.first)}});
    }
    return list;
}

void add_names(ledger::Account const& account, json::object& out) {
    if (!account.username.empty()) {
        out["username"] = account.username;
    }
    if (!account.email.empty()) {
        out["email"] = account.email;
    }
}

// What one part of the sums adds up to.
struct Tally {
    base::Credits spent;
    base::Credits refunded;
    base::Credits received;
    base::Credits expired;
    std::int64_t entries = 0;

    void add(adapters::Sum const& sum) {
        ledger::Totals totals;
        ledger::add_to_totals(totals, sum.kind, sum.in);
        ledger::add_to_totals(totals, sum.kind, -sum.out);
        spent += totals.consumed;
        refunded += totals.refunded;
        received += totals.recharged;
        expired += totals.expired;
        entries += sum.entries;
    }

    [[nodiscard]] json::object json() const {
        return {{"spent", spent.value},
                {"refunded", refunded.value},
                {"received", received.value},
                {"expired", expired.value},
                {"entries", entries}};
    }
};

json::object of_each(std::map<std::string, Tally> const& tallies) {
    json::object out;
    for (auto const& [name, tally] : tallies) {
        out[name] = tally.json();
    }
    return out;
}

json::object period_json(pricing::Period const& period) {
    json::object tiers;
    for (auto const& [name, multiplier] : period.tiers) {
        tiers[name] = base::to_text(multiplier);
    }
    json::object out{{"from", base::to_ms(period.from)},
                     {"mode", std::string(pricing::to_text(period.terms.mode))},
                     {"terms", pricing::to_line(period.terms)},
                     {"words", in_words(period.terms)}};
    if (period.terms.mode == pricing::Mode::fixed) {
        out["credits"] = period.terms.credits.value;
    }
    if (period.terms.mode == pricing::Mode::duration) {
        out["per_second"] = base::to_text(period.terms.per_second);
        out["measure"] = std::string(pricing::to_text(period.terms.measure));
    }
    if (!tiers.empty()) {
        out["tiers"] = std::move(tiers);
    }
    return out;
}

}  // namespace

json::object consumed_json(base::Credits consumed, base::Credits left, Tongue tongue) {
    auto const message = tongue == Tongue::chinese
                             ? fmt::format("消费 {} 积分，剩余 {}", consumed.value, left.value)
                             : fmt::format("consumed {}, {} left", in_words(consumed), left.value);
    return {{"success", true},
            {"credits", left.value},
            {"consumed", consumed.value},
            {"message", message}};
}

json::object recharged_json(jobs::Recharge const& what, base::Credits balance, Tongue tongue) {
    auto const message =
        tongue == Tongue::chinese
            ? fmt::format("充值 {} 积分成功，当前积分：{}", what.credits.value, balance.value)
            : fmt::format("recharged {}, {} there now", in_words(what.credits), balance.value);
    return {{"success", true},
            {"credits", balance.value},
            {"recharged", what.credits.value},
            {"amount", what.paid},
            {"message", message}};
}

json::object balance_json(ledger::Wallet const& wallet, base::Timestamp now,
                          base::Zone const& zone) {
    json::object out{{"success", true},
                     {"user_id", wallet.account.user},
                     {"credits", ledger::balance(wallet, now).value}};
    add_names(wallet.account, out);
    out["expiring"] = expiring(wallet, now, zone);
    return out;
}

json::object facts_json(ledger::Wallet const& wallet, base::Timestamp now) {
    auto const& account = wallet.account;
    json::object out{{"success", true},
                     {"user_id", account.user},
                     {"credits", ledger::balance(wallet, now).value}};
    add_names(account, out);
    if (!account.tier.empty()) {
        out["tier"] = account.tier;
    }
    if (!account.time_zone.empty()) {
        out["time_zone"] = account.time_zone;
    }
    out["created_at"] = base::to_ms(account.created_at);
    return out;
}

json::object history_json(std::vector<ledger::Entry> entries, int limit) {
    bool const more = std::ssize(entries) > limit;
    if (more) {
        entries.resize(static_cast<std::size_t>(limit));
    }
    json::array list;
    for (auto const& entry : entries) {
        list.push_back(entry_json(entry));
    }
    json::object out{{"history", std::move(list)}};
    if (more) {
        out["next_cursor"] = ledger::public_id(entries.back().account, entries.back().seq);
    }
    return out;
}

json::object stats_json(std::vector<adapters::Sum> const& sums) {
    Tally all;
    std::map<std::string, Tally> by_service;
    std::map<std::string, Tally> by_kind;
    for (auto const& sum : sums) {
        all.add(sum);
        by_kind[std::string{ledger::to_text(sum.kind)}].add(sum);
        if (!sum.action.empty()) {
            by_service[sum.action].add(sum);
        }
    }
    auto out = all.json();
    out["by_service"] = of_each(by_service);
    out["by_kind"] = of_each(by_kind);
    return out;
}

json::object cost_json(jobs::Submission const& judged, std::optional<base::Credits> balance) {
    auto const cost = judged.job ? judged.job->quoted : judged.required;
    json::object out{{"cost", cost.value}, {"required", judged.required.value}};
    if (balance) {
        out["sufficient"] = judged.outcome == jobs::SubmitOutcome::created;
        out["balance"] = balance->value;
    } else {
        out["sufficient"] = nullptr;
        out["balance"] = nullptr;
    }
    if (judged.job) {
        out["mode"] = std::string(pricing::to_text(judged.job->terms.mode));
        out["version"] = judged.job->version;
        out["words"] = in_words(judged.job->terms);
    }
    return out;
}

json::object prices_json(pricing::Book const& book) {
    json::object services;
    for (auto const& [name, periods] : book.services) {
        json::array list;
        for (auto const& period : periods) {
            list.push_back(period_json(period));
        }
        services[name] = std::move(list);
    }
    return {{"version", book.version}, {"services", std::move(services)}};
}

}  // namespace wire
