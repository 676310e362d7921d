#include "worker/http/price_trial.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "pricing/price.h"

namespace worker::http {

namespace {

namespace json = boost::json;

constexpr int jobs_at_once = 500;
constexpr std::size_t most_users = 50;

// Tiers of accounts, each read once.
class Tiers {
public:
    explicit Tiers(adapters::Store& store) : store_{store} {}

    std::string const& of(std::string const& user) {
        auto const [entry, fresh] = known_.try_emplace(user);
        if (fresh) {
            if (auto const wallet = store_.glance(user)) {
                entry->second = wallet->account.tier;
            }
        }
        return entry->second;
    }

private:
    adapters::Store& store_;
    std::map<std::string, std::string> known_;
};

std::optional<base::Credits> price_of(jobs::Job const& job, pricing::Book const& book,
                                      std::string_view tier, base::Timestamp now) {
    auto const terms = pricing::terms_for(book, job.service, tier, now);
    bool const lacks_length =
        terms && terms->mode == pricing::Mode::duration && !job.duration.has_value();
    if (!terms || lacks_length) {
        return std::nullopt;
    }
    if (job.bill.waived.value > 0 && terms->members_free) {
        return base::Credits{};
    }
    return pricing::price_of(*terms, job.duration.value_or(base::Millis{}));
}

// False: it does not fit; nothing was added.
bool add(TrialSum& sum, base::Credits before, base::Credits after) {
    auto const b = base::checked_add(sum.before, before);
    auto const a = base::checked_add(sum.after, after);
    if (!a || !b) {
        return false;
    }
    sum = {.jobs = sum.jobs + 1, .before = *b, .after = *a};
    return true;
}

// False: enough.
bool add(Trial& trial, jobs::Job const& job, pricing::Book const& book, Tiers& tiers,
         base::Timestamp now) {
    auto const before = job.bill.net;
    auto const price = price_of(job, book, tiers.of(job.user), now);
    trial.unpriced += price ? 0 : 1;
    auto const after = price.value_or(before);
    if (trial.all.jobs == most_tried || !add(trial.all, before, after)) {
        trial.truncated = true;
        return false;
    }
    return add(trial.services[job.service], before, after) &&
           add(trial.users[job.user], before, after);
}

json::object sum_json(TrialSum const& sum) {
    return {{"jobs", sum.jobs}, {"before", sum.before.value}, {"after", sum.after.value}};
}

std::int64_t change(TrialSum const& sum) {
    auto const difference = (sum.after - sum.before).value;
    return difference < 0 ? -difference : difference;
}

}  // namespace

Trial try_prices(adapters::Store& store, pricing::Book const& book, base::Timestamp since) {
    Trial trial;
    Tiers tiers{store};
    auto const now = store.now();
    adapters::JobFilter filter{.state = jobs::State::completed, .limit = jobs_at_once};
    for (;;) {
        auto const page = store.list_jobs(filter);
        for (auto const& job : page) {
            if (job.created_at < since || !add(trial, job, book, tiers, now)) {
                return trial;
            }
        }
        if (std::ssize(page) < jobs_at_once) {
            return trial;
        }
        filter.before = page.back().id;
    }
}

json::object trial_json(Trial const& trial) {
    json::array services;
    for (auto const& [service, sum] : trial.services) {
        auto row = sum_json(sum);
        row["service"] = service;
        services.push_back(std::move(row));
    }
    std::vector<std::pair<std::string, TrialSum>> users{trial.users.begin(), trial.users.end()};
    std::ranges::sort(users, {}, [](auto const& user) {
        return std::pair{-change(user.second), std::string_view{user.first}};
    });
    users.resize(std::min(users.size(), most_users));
    json::array rows;
    for (auto const& [user, sum] : users) {
        auto row = sum_json(sum);
        row["user_id"] = user;
        rows.push_back(std::move(row));
    }
    auto out = sum_json(trial.all);
    out["unpriced"] = trial.unpriced;
    out["truncated"] = trial.truncated;
    out["services"] = std::move(services);
    out["users"] = std::move(rows);
    return out;
}

}  // namespace worker::http
