// What people and payment platforms ask for.
#include "tests/simulation/model.h"

namespace simulation {

namespace {

Int round_up(__int128 dividend, __int128 divisor) {
    return static_cast<Int>((dividend + divisor - 1) / divisor);
}

}  // namespace

Int price_of(Tariff const& terms, Int length, Int grace) {
    if (terms.mode == '0') {
        return 0;
    }
    if (terms.mode == 'f') {
        return round_up(static_cast<__int128>(terms.credits) * terms.multiplier, 1'000'000);
    }
    Int const over = length > grace ? length - grace : 0;
    Int const sold = round_up(over, terms.increment) * terms.increment;
    auto const product = static_cast<__int128>(sold) * terms.micros * terms.multiplier;
    Int const price = round_up(product, static_cast<__int128>(1'000'000'000) * 1'000'000);
    return price < terms.minimum ? terms.minimum : price;
}

Purse& Model::purse_of(std::string const& user) {
    auto const [place, fresh] = purses.try_emplace(user);
    if (fresh && how.gift > 0) {
        place->second.credit("signup", {.size = how.gift, .from = now}, now, {});
    }
    return place->second;
}

Tariff Model::terms_of(std::string const& service, std::string const& user) const {
    auto terms = tariffs(now >= how.reprice_at ? 1 : 0).at(service);
    auto const known = purses.find(user);
    if (known != purses.end() && known->second.tier == "gold") {
        terms.multiplier = gold_prices;
    }
    return terms;
}

std::string Model::submit(Wish const& wish, Int id) {
    auto const key = wish.user + " " + wish.key;
    if (auto const known = keys_.find(key); !wish.key.empty() && known != keys_.end()) {
        return known->second.first == wish.body ? "repeated" : "key_conflict";
    }
    ModelJob job{.id = id, .user = wish.user, .service = wish.service, .after = wish.after};
    job.terms = terms_of(wish.service, wish.user);
    if (job.terms.measure == 'o') {
        if (!wish.longest && (!wish.characters || job.terms.speech == 0)) {
            return "needs_text_or_maximum";
        }
        Int const longest = wish.longest
                                ? *wish.longest
                                : round_up(static_cast<__int128>(*wish.characters) * 1'000'000'000,
                                           job.terms.speech);
        job.quoted = price_of(job.terms, longest, 0);
    } else if (job.terms.mode == 'd' && !wish.length) {
        return "needs_duration";
    } else {
        job.quoted = price_of(job.terms, wish.length.value_or(0), job.terms.grace);
        job.length = job.terms.mode == 'd' ? wish.length : std::nullopt;
    }
    bool parents_done = true;
    for (auto const parent : wish.after) {
        auto const found = jobs.find(parent);
        if (found == jobs.end() || found->second.user != wish.user) {
            return "unknown_parent";
        }
        auto const& state = found->second.state;
        if (state == "failed" || state == "cancelled") {
            return "parent_failed";
        }
        parents_done = parents_done && state == "completed";
    }
    auto const known = purses.find(wish.user);
    bool const member = known != purses.end() && known->second.member_until > now;
    if (known != purses.end() && known->second.frozen) {
        return "frozen";
    }
    Int const funds = known == purses.end() ? how.gift : known->second.spendable(wish.service, now);
    bool const free = job.quoted == 0 || (job.terms.free_for_members && member);
    if (!wish.anyway && !free && funds < job.quoted) {
        return "insufficient_credits";
    }
    purse_of(wish.user);
    job.run_at = wish.run_at > now ? wish.run_at : now;
    job.wait = !parents_done ? "parents" : job.run_at > now ? "time" : "none";
    if (!wish.key.empty()) {
        keys_[key] = {wish.body, id};
    }
    jobs[id] = std::move(job);
    return "created";
}

void Model::look_at(std::string const& user) {
    if (purses.contains(user)) {
        purses.at(user).sweep(now);
    }
}

// Credits given, or (a negative amount) taken, without a job.
std::string Model::move(std::string const& kind, std::string const& user, Int amount,
                        Lot const& lot, std::string const& reference, std::string const& same) {
    if (auto const known = references_.find(reference);
        !reference.empty() && known != references_.end()) {
        return known->second == user + " " + same ? "repeated" : "reference_conflict";
    }
    if (amount == 0) {
        return "not_positive";
    }
    if (amount > 0 && lot.until != never && (lot.until <= lot.from || lot.until <= now)) {
        return "already_expired";
    }
    if (amount < 0) {
        bool const known = purses.contains(user);
        if (known && purses.at(user).frozen) {
            return "frozen";
        }
        if ((known ? purses.at(user).spendable("", now) : how.gift) < -amount) {
            return "insufficient_credits";
        }
    }
    auto& purse = purse_of(user);
    About const about{.reference = reference};
    purse.sweep(now);
    if (amount > 0) {
        purse.credit(kind, lot, now, about);
    } else {
        purse.debit(kind, -amount, "", now, about);
    }
    if (!reference.empty()) {
        references_[reference] = user + " " + same;
    }
    return "moved";
}

std::string Model::cancel(Int id) {
    auto& job = jobs.at(id);
    if (job.state != "queued" && job.state != "processing") {
        return "wrong_state";
    }
    bool const keeps = job.state == "processing" && job.terms.kept_on_cancel;
    refund(job, keeps ? 0 : job.debited);
    end(job, "cancelled");
    return "done";
}

std::string Model::retry(Int id) {
    auto& job = jobs.at(id);
    if (job.state != "failed" && job.state != "cancelled") {
        return "wrong_state";
    }
    bool const waived = job.terms.free_for_members && is_member(job);
    if (!waived && purse_of(job.user).spendable(job.service, now) < job.quoted) {
        return "insufficient_credits";
    }
    bool const was_charged = job.quoted > 0 && job.waived == 0;
    ModelJob anew{.id = id,
                  .user = job.user,
                  .service = job.service,
                  .terms = job.terms,
                  .quoted = job.quoted,
                  .after = job.after};
    anew.length = job.length;
    anew.attempt = job.attempt;
    anew.charge = job.charge + (was_charged ? 0 : 1);
    anew.net = job.net;
    anew.wait = job.after.empty() ? "none" : "parents";
    anew.run_at = now;
    job = std::move(anew);
    return "done";
}

std::string Model::resolve(Int id, std::string const& verdict, std::string const& task) {
    auto& job = jobs.at(id);
    bool const doubtful = job.parked || (job.unknown && job.task.empty());
    bool const underway = job.state == "processing" && !job.parked;
    if ((job.state != "queued" && job.state != "processing") || !doubtful ||
        (verdict == "submit" && underway)) {
        return "wrong_state";
    }
    if (verdict == "submit" && !job.task.empty()) {
        job.failures += 1;
    }
    if (verdict == "fail") {
        fail(job, "unknown_fate");
        return "done";
    }
    job.task = task;
    job.unknown = false;
    job.parked = false;
    requeue(job, now);
    return "done";
}

std::string Model::freeze(std::string const& user) {
    if (!purses.contains(user)) {
        return "missing";
    }
    bool const was = std::exchange(purses.at(user).frozen, true);
    return was ? "unchanged" : "done";
}

std::string Model::release(std::string const& user) {
    if (!purses.contains(user)) {
        return "missing";
    }
    if (!std::exchange(purses.at(user).frozen, false)) {
        return "unchanged";
    }
    std::map<std::string, int> counted{{user, running(user)}};
    for (auto& [id, job] : jobs) {
        if (job.user == user && job.state == "queued" && job.wait == "room") {
            look_for_room(job, counted);
        }
    }
    return "done";
}

// A month of membership for credits.
std::string Model::buy_term(std::string const& user, std::string const& key,
                            std::string const& reference) {
    if (auto const known = order_keys_.find(user + " " + key); known != order_keys_.end()) {
        return known->second == "term" ? "repeated" : "key_conflict";
    }
    auto const answer = move("consume", user, -how.membership, {}, reference, reference);
    if (answer != "moved") {
        return answer;
    }
    order_keys_[user + " " + key] = "term";
    return "opened";
}

std::string Model::open_order(std::string const& id, std::string const& key, ModelOrder order) {
    if (auto const known = order_keys_.find(order.user + " " + key); known != order_keys_.end()) {
        return known->second == "package" ? "repeated" : "key_conflict";
    }
    Int const all = order.credits + order.bonus;
    if (purses.contains(order.user) && purses.at(order.user).tier == "gold") {
        order.credits = round_up(order.credits * gold_recharges, 1'000'000);
        order.bonus = round_up(all * gold_recharges, 1'000'000) - order.credits;
    }
    purse_of(order.user);
    order_keys_[order.user + " " + key] = "package";
    order.expires_at = now + how.order_life;
    orders[id] = std::move(order);
    return "opened";
}

// A platform says that this payment has paid that order.
std::string Model::pay(std::string const& notice, std::string const& trade,
                       std::string const& order_id, Int amount) {
    if (!notices_.insert(notice).second) {
        return "repeated";
    }
    auto const found = orders.find(order_id);
    if (found == orders.end() || found->second.amount != amount) {
        return "review";
    }
    auto& order = found->second;
    if (trades_.contains(trade) && trades_.at(trade) != order_id) {
        return "review";
    }
    if (order.status == "paid") {
        return order.trade == trade ? "noted" : "review";
    }
    order.status = "paid";
    order.trade = trade;
    trades_[trade] = order_id;
    Int const until = order.life == never ? never : now + order.life;
    Lot const paid{.size = order.credits, .from = now, .until = until};
    move("recharge", order.user, order.credits, paid, "order:" + trade, trade);
    if (order.bonus > 0) {
        Lot const bonus{.size = order.bonus, .from = now, .until = until};
        move("bonus", order.user, order.bonus, bonus, "bonus:" + trade, trade);
    }
    return "paid";
}

Int Model::close_orders() {
    Int closed = 0;
    for (auto& [id, order] : orders) {
        if (order.status == "pending" && order.expires_at <= now) {
            order.status = "closed";
            closed += 1;
        }
    }
    return closed;
}

}  // namespace simulation
