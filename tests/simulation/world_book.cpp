// The figures of the simulated world in the form in which the product takes them.
#include "tests/simulation/world.h"

namespace simulation {

namespace {

pricing::Terms terms_of(Tariff const& plain) {
    pricing::Terms terms{.mode = plain.mode == 'f'   ? pricing::Mode::fixed
                                 : plain.mode == 'd' ? pricing::Mode::duration
                                                     : pricing::Mode::free,
                         .credits = {plain.credits},
                         .per_second = {plain.micros},
                         .measure = plain.measure == 'i'   ? pricing::Measure::input
                                    : plain.measure == 'o' ? pricing::Measure::output
                                                           : pricing::Measure::declared,
                         .increment = base::Millis{plain.increment},
                         .minimum = {plain.minimum},
                         .grace = base::Millis{plain.grace},
                         .estimate = {plain.speech},
                         .overrun = plain.overrun == 'a'   ? pricing::Overrun::absorb
                                    : plain.overrun == 'c' ? pricing::Overrun::charge
                                                           : pricing::Overrun::debt};
    terms.on_cancel = plain.kept_on_cancel ? pricing::CancelRule::none : pricing::CancelRule::full;
    terms.members_free = plain.free_for_members;
    return terms;
}

}  // namespace

pricing::Book book_of(Treatment const& how) {
    pricing::Book book{.version = "simulated", .services = {}};
    auto const later = tariffs(1);
    for (auto const& [name, tariff] : tariffs(0)) {
        std::map<std::string, base::Rate, std::less<>> const tiers{{"gold", {gold_prices}}};
        book.services[name] = {{.from = {}, .terms = terms_of(tariff), .tiers = tiers},
                               {.from = base::from_ms(how.reprice_at),
                                .terms = terms_of(later.at(name)),
                                .tiers = tiers}};
    }
    return book;
}

jobs::Rules rules_of(Treatment const& how) {
    jobs::Rules rules;
    rules.defaults = {.max_attempts = how.tries,
                      .backoff = base::Millis{how.backoff},
                      .backoff_cap = base::Millis{how.backoff_cap},
                      .deadline = base::Millis{how.deadline},
                      .provider = "sim"};
    for (auto const& [name, tariff] : tariffs(0)) {
        rules.services[name] = rules.defaults;
        rules.services[name].keeps_moderated = tariff.kept_on_refusal;
    }
    rules.guards.in_flight = how.in_flight;
    rules.signup_gift = {how.gift};
    rules.refund_grace = base::Millis{how.refund_grace};
    rules.lease = base::Millis{how.lease};
    rules.poison_losses = how.poison;
    rules.recharge.multipliers["gold"] = {gold_recharges};
    rules.recharge.order_life = base::Millis{how.order_life};
    rules.recharge.packages = {
        {.name = "small", .amount = 1'000, .credits = {33}, .bonus = {}},
        {.name = "big",
         .amount = 5'000,
         .credits = {101},
         .bonus = {7},
         .life = base::Millis{60'000}},
    };
    rules.memberships = {
        {.name = "month", .months = 1, .amount = 990, .credits = {how.membership}}};
    return rules;
}

}  // namespace simulation
