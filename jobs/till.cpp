#include "jobs/till.h"

#include <algorithm>
#include <iterator>

#include "jobs/guards.h"

namespace jobs {

namespace {

struct LoadFor {
    Rules const& rules;

    Load operator()(Consumption const& what) const { return load_for(what, rules); }

    Load operator()(Recharge const& what) const { return load_for(what); }

    Load operator()(PointsUse const& use) const { return load_for(use, rules); }
};

// What of it counts for the caps of a service.
struct ServiceOf {
    std::string operator()(Consumption const& what) const { return what.action; }

    std::string operator()(Recharge const&) const { return ""; }

    std::string operator()(PointsUse const& use) const { return use.request.service; }
};

struct Serve {
    Batch& batch;
    pricing::Book const& book;
    Rules const& rules;

    PointsPaid operator()(Consumption const& what) const {
        return {.judged = {}, .moved = consume(batch, what, rules)};
    }

    PointsPaid operator()(Recharge const& what) const {
        return {.judged = {}, .moved = recharge(batch, what, rules)};
    }

    PointsPaid operator()(PointsUse const& use) const { return pay(batch, use, book, rules); }
};

template <typename T>
void drop_repeats(std::vector<T>& list) {
    std::ranges::sort(list);
    auto const twice = std::ranges::unique(list);
    list.erase(twice.begin(), twice.end());
}

}  // namespace

Load load_for(std::vector<Ask> const& asks, Rules const& rules) {
    Load all;
    std::vector<std::string> services;
    for (auto const& ask : asks) {
        auto one = std::visit(LoadFor{rules}, ask);
        std::ranges::move(one.users, std::back_inserter(all.users));
        std::ranges::move(one.references, std::back_inserter(all.references));
        std::ranges::move(one.free_uses, std::back_inserter(all.free_uses));
        std::ranges::move(one.api_keys, std::back_inserter(all.api_keys));
        all.new_accounts += one.new_accounts;
        if (one.looks) {
            services.push_back(std::visit(ServiceOf{}, ask));
        }
    }
    drop_repeats(all.users);
    drop_repeats(all.references);
    drop_repeats(all.free_uses);
    drop_repeats(all.api_keys);
    if (!services.empty()) {
        look_at_spending(all, rules, std::move(services));
    }
    return all;
}

std::vector<PointsPaid> serve(Batch& batch, std::vector<Ask> const& asks, pricing::Book const& book,
                              Rules const& rules) {
    std::vector<PointsPaid> answers;
    answers.reserve(asks.size());
    for (auto const& ask : asks) {
        answers.push_back(std::visit(Serve{batch, book, rules}, ask));
    }
    return answers;
}

}  // namespace jobs
