#include "jobs/till.h"

#include <algorithm>
#include <iterator>

namespace jobs {

namespace {

struct LoadFor {
    Rules const& rules;

    Load operator()(Consumption const& what) const { return load_for(what); }

    Load operator()(Recharge const& what) const { return load_for(what); }

    Load operator()(PointsUse const& use) const { return load_for(use, rules); }
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

void drop_repeats(std::vector<std::string>& texts) {
    std::ranges::sort(texts);
    auto const twice = std::ranges::unique(texts);
    texts.erase(twice.begin(), twice.end());
}

}  // namespace

Load load_for(std::vector<Ask> const& asks, Rules const& rules) {
    Load all;
    for (auto const& ask : asks) {
        auto one = std::visit(LoadFor{rules}, ask);
        std::ranges::move(one.users, std::back_inserter(all.users));
        std::ranges::move(one.references, std::back_inserter(all.references));
        all.new_accounts += one.new_accounts;
        if (one.spent_since) {
            all.spent_since = std::move(one.spent_since);
        }
    }
    drop_repeats(all.users);
    drop_repeats(all.references);
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
