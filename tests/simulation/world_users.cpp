// What users, operators and payment platforms do.
#include "jobs/credits.h"
#include "jobs/freeze.h"
#include "jobs/orders.h"
#include "jobs/payment_notices.h"
#include "jobs/purchase.h"
#include "jobs/steer.h"
#include "tests/simulation/world.h"

namespace simulation {

namespace {

std::array<char const*, 16> const submit_words{"created",        "repeated",
                                               "key_conflict",   "unknown_service",
                                               "needs_duration", "needs_text_or_maximum",
                                               "too_expensive",  "over_job_cap",
                                               "over_cap",       "insufficient_credits",
                                               "frozen",         "braked",
                                               "draining",       "unknown_parent",
                                               "parent_failed",  "taken_elsewhere"};
std::array<char const*, 10> const move_words{
    "moved",           "repeated", "reference_conflict",   "not_positive",
    "already_expired", "overflow", "insufficient_credits", "frozen",
    "braked",          "over_cap"};
std::array<char const*, 4> const steer_words{"done", "missing", "wrong_state",
                                             "insufficient_credits"};
std::array<char const*, 11> const purchase_words{
    "opened",   "repeated",         "key_conflict", "unknown_package", "unknown_term",
    "not_sold", "too_many_pending", "too_long",     "overflow",        "insufficient_credits",
    "frozen"};
std::array<char const*, 3> const freeze_words{"done", "unchanged", "missing"};

jobs::Request request_of(Wish const& wish) {
    jobs::Request request{.user = wish.user, .service = wish.service, .input = "{}"};
    auto const as_time = [](std::optional<Int> ms) {
        return ms ? std::optional{base::Millis{*ms}} : std::nullopt;
    };
    request.usage = {.duration = as_time(wish.length),
                     .characters = wish.characters,
                     .maximum = as_time(wish.longest)};
    request.key = wish.key;
    request.body_hash = base::sha256(wish.body);
    for (auto const parent : wish.after) {
        request.after.push_back({parent});
    }
    if (wish.run_at > 0) {
        request.run_at = base::from_ms(wish.run_at);
    }
    request.queue_anyway = wish.anyway;
    return request;
}

}  // namespace

void World::submit() {
    Wish wish{.user = user(), .service = dice_.of(services)};
    wish.length = dice_.chance(80) ? std::optional{dice_.between(0, 12'000)} : std::nullopt;
    wish.characters = dice_.chance(60) ? std::optional{dice_.between(0, 60)} : std::nullopt;
    wish.longest = dice_.chance(40) ? std::optional{dice_.between(0, 9'000)} : std::nullopt;
    wish.key = dice_.chance(50) ? "key" + std::to_string(dice_.below(12)) : "";
    if (dice_.chance(12)) {
        wish.after.push_back(some_job());
    }
    wish.run_at = dice_.chance(10) ? now_ + dice_.between(-5'000, 60'000) : 0;
    wish.anyway = dice_.chance(25);
    wish.body = wish.service + std::to_string(dice_.below(3));
    asked_.push_back(wish);
    ask(wish);
}

void World::again() {
    if (asked_.empty()) {
        return;
    }
    auto wish = dice_.of(asked_);
    wish.body += dice_.chance(15) ? "x" : "";
    ask(wish);
}

void World::ask(Wish const& wish) {
    std::vector const requests{request_of(wish)};
    std::vector<jobs::Submission> answers;
    auto const done = transact(jobs::load_for_submit(requests, rules_), [&](jobs::Batch& batch) {
        answers = jobs::submit(batch, requests, book_, rules_);
    });
    if (done.done) {
        auto const id = static_cast<Int>(model_.jobs.size()) + 1;
        auto const what = wish.user + " asks for " + wish.service + " (job " + std::to_string(id) +
                          (wish.key.empty() ? "" : ", " + wish.key) + ")";
        expect(what, word(submit_words, answers.at(0).outcome), model_.submit(wish, id));
    }
}

void World::cancel() {
    auto const id = some_job();
    jobs::Steered answer;
    auto const done = transact(jobs::load_for_cancel({id}), [&](jobs::Batch& batch) {
        answer = jobs::cancel(batch, {id}, rules_);
    });
    if (done.done) {
        auto const expected = model_.jobs.contains(id) ? model_.cancel(id) : "missing";
        expect("job " + std::to_string(id) + " is cancelled", word(steer_words, answer.outcome),
               expected);
    }
}

void World::retry() {
    auto const id = some_job();
    jobs::Steered answer;
    auto const done = transact(jobs::load_for_retry({id}), [&](jobs::Batch& batch) {
        answer = jobs::retry(batch, {id}, rules_);
    });
    if (done.done) {
        auto const expected = model_.jobs.contains(id) ? model_.retry(id) : "missing";
        expect("job " + std::to_string(id) + " is to run again", word(steer_words, answer.outcome),
               expected);
    }
}

void World::resolve() {
    auto const id = some_job();
    static std::vector<std::string> const verdicts{"submit", "fail"};
    auto const verdict = dice_.of(verdicts);
    jobs::Ruling const ruling{.verdict = verdict == "fail" ? jobs::Ruling::Verdict::fail
                                                           : jobs::Ruling::Verdict::submit};
    jobs::Steered answer;
    auto const done = transact(jobs::load_for_cancel({id}), [&](jobs::Batch& batch) {
        answer = jobs::settle_doubt(batch, {id}, ruling, rules_);
    });
    if (done.done) {
        auto const expected =
            model_.jobs.contains(id) ? model_.resolve(id, verdict, "") : "missing";
        expect("somebody decides on job " + std::to_string(id) + ": " + verdict,
               word(steer_words, answer.outcome), expected);
    }
}

void World::give() {
    auto const name = user();
    static std::vector<std::string> const kinds{"bonus", "adjust", "sync", "recharge"};
    auto const kind = dice_.of(kinds);
    Lot lot{.size = dice_.between(0, 40), .from = now_};
    lot.from += dice_.chance(20) ? dice_.between(-10'000, 30'000) : 0;
    lot.until = dice_.chance(70) ? now_ + dice_.between(-1'000, 120'000) : never;
    lot.service = dice_.chance(25) ? dice_.of(services) : "";
    auto const reference = dice_.chance(40) ? "gift" + std::to_string(dice_.below(8)) : "";
    ledger::Credit credit{.kind = *ledger::parse_kind(kind),
                          .amount = {lot.size},
                          .effective_at = base::from_ms(lot.from),
                          .service = lot.service,
                          .reference = reference};
    if (lot.until != never) {
        credit.expires_at = base::from_ms(lot.until);
    }
    jobs::Moved answer;
    auto const done = transact(jobs::load_for_move(name, reference), [&](jobs::Batch& batch) {
        answer = jobs::give(batch, name, credit, rules_);
    });
    if (done.done) {
        if (lot.size > 0) {
            model_.look_at(name);
        }
        auto const same = kind + std::to_string(lot.size);
        expect(name + " is given " + std::to_string(lot.size) + " as " + kind + " " + reference,
               word(move_words, answer.outcome),
               model_.move(kind, name, lot.size, lot, reference, same));
    }
}

void World::spend() {
    jobs::Consumption const what{
        .user = user(),
        .amount = {dice_.between(0, 30)},
        .action = "points",
        .reference = dice_.chance(60) ? std::to_string(dice_.below(6)) : ""};
    jobs::Moved answer;
    auto const done = transact(jobs::load_for(what, rules_), [&](jobs::Batch& batch) {
        answer = jobs::consume(batch, what, rules_);
    });
    if (done.done) {
        auto const reference =
            what.reference.empty() ? "" : "spend " + what.user + " " + what.reference;
        auto const amount = what.amount.value;
        expect(what.user + " spends " + std::to_string(amount) + " " + what.reference,
               word(move_words, answer.outcome),
               model_.move("consume", what.user, -amount, {}, reference, std::to_string(amount)));
    }
}

void World::recharge() {
    jobs::Recharge const what{.user = user(),
                              .credits = {dice_.between(1, 60)},
                              .paid = 100,
                              .method = "cash",
                              .order = "number" + std::to_string(dice_.below(6))};
    jobs::Moved answer;
    auto const done = transact(jobs::load_for(what), [&](jobs::Batch& batch) {
        answer = jobs::recharge(batch, what, rules_);
    });
    if (done.done) {
        auto const amount = what.credits.value;
        expect(what.user + " pays for " + std::to_string(amount) + ", " + what.order,
               word(move_words, answer.outcome),
               model_.move("recharge", what.user, amount, {.size = amount, .from = now_},
                           what.order, "cash" + std::to_string(amount)));
    }
}

void World::order() {
    auto secret = "0000000000000000000" + std::to_string(++names_);
    secret = secret.substr(secret.size() - jobs::order_secret_size);
    bool const big = dice_.chance(60);
    jobs::Purchase const what{.user = user(),
                              .package = big ? "big" : "small",
                              .channel = "wechat",
                              .key = "order" + std::to_string(names_),
                              .secret = secret};
    jobs::Purchased answer;
    auto const done = transact(jobs::load_for(what, rules_), [&](jobs::Batch& batch) {
        answer = jobs::purchase(batch, what, rules_);
    });
    if (done.done) {
        ModelOrder const order{.user = what.user,
                               .amount = big ? 5'000 : 1'000,
                               .credits = big ? 101 : 33,
                               .bonus = big ? 7 : 0,
                               .life = big ? 60'000 : never};
        order_ids_.push_back(answer.order.id);
        expect(what.user + " orders " + what.package, word(purchase_words, answer.outcome),
               model_.open_order(answer.order.id, what.key, order));
    }
}

// Notices come late, twice, in any order, for the wrong amount and for no order of ours.
void World::notice() {
    if (order_ids_.empty()) {
        return;
    }
    auto const id = dice_.chance(5) ? std::string(32, 'z') : dice_.of(order_ids_);
    auto const known = model_.orders.find(id);
    Int const right = known == model_.orders.end() ? 5 : known->second.amount;
    jobs::PaymentNotice const what{.provider = "wechat",
                                   .id = id + std::to_string(dice_.below(3)),
                                   .state = jobs::PaymentState::paid,
                                   .order = id,
                                   .trade = id + (dice_.chance(85) ? "" : "again"),
                                   .amount = dice_.chance(85) ? right : right - 1,
                                   .currency = "CNY"};
    jobs::NoticeTaken answer;
    auto const done = transact(jobs::load_for(what), [&](jobs::Batch& batch) {
        answer = jobs::take_notice(batch, what, rules_);
    });
    if (done.done) {
        auto const outcome =
            answer.repeated ? "repeated" : std::string{jobs::to_text(answer.outcome)};
        expect("a platform says that order " + id.substr(25) + " is paid", outcome,
               model_.pay(what.id, what.trade, id, *what.amount));
    }
}

void World::close_orders() {
    Int closed = 0;
    auto const done = transact(jobs::load_for_closing(100),
                               [&](jobs::Batch& batch) { closed = jobs::close_due(batch); });
    if (done.done) {
        expect("orders are closed", std::to_string(closed), std::to_string(model_.close_orders()));
    }
}

void World::join() {
    auto const key = "member" + std::to_string(dice_.below(2));
    auto secret = "0000000000000000000" + std::to_string(++names_);
    jobs::Purchase const what{.user = user(),
                              .term = "month",
                              .channel = std::string{jobs::by_credits},
                              .key = key,
                              .secret = secret.substr(secret.size() - jobs::order_secret_size)};
    jobs::Purchased answer;
    auto const done = transact(jobs::load_for(what, rules_), [&](jobs::Batch& batch) {
        answer = jobs::purchase(batch, what, rules_);
    });
    if (!done.done) {
        return;
    }
    expect(what.user + " becomes a member", word(purchase_words, answer.outcome),
           model_.buy_term(what.user, key, "member " + answer.order.id));
    if (answer.outcome == jobs::PurchaseOutcome::opened) {
        // The calendar is the product's; that it is a month from the right day is ours to see.
        auto& until = model_.purses.at(what.user).member_until;
        Int const from = std::max(until, now_);
        until = base::to_ms(answer.order.member_until.value());
        Int const days = (until - from) / 86'400'000;
        if (days < 28 || days > 31) {
            throw Wrong{"a month of membership has " + std::to_string(days) + " days"};
        }
    }
}

void World::freeze() {
    auto const name = user();
    freeze_or_release(name, dice_.chance(35));
}

void World::freeze_or_release(std::string const& name, bool on) {
    jobs::Frozen answer;
    auto const load = on ? jobs::load_for_freeze(name) : jobs::load_for_release(name);
    auto const done = transact(load, [&](jobs::Batch& batch) {
        answer = on ? jobs::freeze(batch, name, "as the dice say", "us")
                    : jobs::unfreeze(batch, name, rules_);
    });
    if (done.done) {
        expect(name + (on ? " is frozen" : " is released"), word(freeze_words, answer.outcome),
               on ? model_.freeze(name) : model_.release(name));
    }
}

void World::tier() {
    auto const name = user();
    auto const done = transact(jobs::load_for_account(name), [&](jobs::Batch& batch) {
        jobs::put_account(batch, name, {.tier = "gold"}, rules_);
    });
    if (done.done) {
        model_.purse_of(name).tier = "gold";
        tell(name + " is gold");
    }
}

}  // namespace simulation
