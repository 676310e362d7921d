// First whether it was told before, then which order it is about, then what it says.
#include "jobs/payment_notices.h"

#include <algorithm>

#include "base/check.h"
#include "jobs/credits.h"
#include "jobs/membership.h"
#include "jobs/outbox.h"
#include "jobs/returns.h"

namespace jobs {

namespace {

struct Verdict {
    NoticeOutcome outcome = NoticeOutcome::noted;
    Words reasons;
};

Verdict review(Words reasons) {
    return {.outcome = NoticeOutcome::review, .reasons = std::move(reasons)};
}

bool moves_money(PaymentState state) {
    return state == PaymentState::paid || state == PaymentState::refunded ||
           state == PaymentState::chargeback;
}

// Of what is told about the order itself. Only who says that it was paid must say all of it.
Words doubts_about(Order const& order, PaymentNotice const& notice) {
    Words doubts = notice.doubts;
    bool const must_say = notice.state == PaymentState::paid;
    if (notice.amount ? *notice.amount != paid_for(order) : must_say) {
        doubts.emplace("wrong_amount");
    }
    if (notice.currency != order.currency && (must_say || !notice.currency.empty())) {
        doubts.emplace("wrong_currency");
    }
    return doubts;
}

bool can_hold(ledger::Wallet const& wallet, base::Credits more) {
    return base::checked_add(wallet.account.balance, more) &&
           base::checked_add(wallet.account.totals.recharged, more);
}

class Judge {
public:
    Judge(Batch& batch, PaymentNotice const& notice, Rules const& rules, Judging how)
        : batch_{batch}, notice_{notice}, rules_{rules}, how_{how} {}

    // Null: there is no such order.
    Verdict run(LoadedOrder* about) {
        if (about == nullptr && how_ == Judging::dismiss) {
            return {.reasons = {"dismissed"}};
        }
        if (about == nullptr) {
            bool const matters = moves_money(notice_.state);
            return matters ? review({"unknown_order"}) : Verdict{};
        }
        order_ = &about->order;
        auto const before = *order_;
        auto const verdict = how_ == Judging::dismiss ? Verdict{.reasons = {"dismissed"}} : judge();
        if (verdict.outcome == NoticeOutcome::review) {
            order_->review.insert(verdict.reasons.begin(), verdict.reasons.end());
        }
        about->changed = about->changed || before != *order_;
        return verdict;
    }

private:
    Verdict judge() {
        if (notice_.state == PaymentState::pending || notice_.state == PaymentState::other) {
            return {};
        }
        auto doubts = how_ == Judging::overrule ? Words{} : doubts_about(*order_, notice_);
        if (!doubts.empty()) {
            return review(std::move(doubts));
        }
        switch (notice_.state) {
            case PaymentState::paid:
                return judge_payment();
            case PaymentState::refunded:
            case PaymentState::chargeback:
                return judge_return();
            default:
                return judge_closing();
        }
    }

    Verdict judge_payment() {
        if (notice_.trade.empty()) {
            return review({"no_trade"});
        }
        auto const* const other = batch_.orders.paid_by(notice_.provider, notice_.trade);
        if (other != nullptr && &other->order != order_) {
            return review({"trade_of_another_order"});
        }
        if (order_->was_paid()) {
            bool const same =
                notice_.provider == "simulate" ||
                (order_->provider == notice_.provider && order_->trade == notice_.trade);
            return same ? Verdict{.reasons = {"paid_before"}} : review({"second_payment"});
        }
        return pay();
    }

    Verdict pay() {
        auto* const known = batch_.wallet_of(order_->user);
        CHECK(known != nullptr);  // an order opens its account, and none ever goes
        ledger::Wallet& wallet = *known;
        bool const used = batch_.by_reference.contains(
                              payment_reference("order", notice_.provider, notice_.trade)) ||
                          batch_.by_reference.contains(
                              payment_reference("bonus", notice_.provider, notice_.trade));
        if (used) {
            return review({"reference_used"});
        }
        if (!can_hold(wallet, granted_by(*order_))) {
            return review({"overflow"});
        }
        bool const late = order_->status == OrderStatus::closed || order_->expires_at <= batch_.now;
        flag("late", late);
        flag("other_channel",
             order_->channel != notice_.provider && notice_.provider != "simulate");
        flag("simulated", notice_.provider == "simulate");
        flag("overruled", how_ == Judging::overrule);
        order_->status = OrderStatus::paid;
        order_->paid_at = batch_.now;
        order_->paid = notice_.amount.value_or(order_->amount);
        order_->provider = notice_.provider;
        order_->trade = notice_.trade;
        grant(wallet);
        flag("refunded_first", settle_returns(batch_, *order_, rules_));
        batch_.notices.push_back(order_paid(*order_));
        return {.outcome = NoticeOutcome::paid, .reasons = late ? Words{"late"} : Words{}};
    }

    void grant(ledger::Wallet& wallet) {
        if (auto const* const term = std::get_if<TermBought>(&order_->bought)) {
            auto const added = extend_membership(wallet, term->months, rules_, batch_.now);
            order_->member_from = added.from;
            order_->member_until = added.until;
            return;
        }
        auto const& bought = std::get<CreditsBought>(order_->bought);
        order_->grant = grant_one(wallet, ledger::Kind::recharge, "order", bought.credits);
        order_->bonus_grant = grant_one(wallet, ledger::Kind::bonus, "bonus", bought.bonus);
    }

    // The number of the grant; 0: nothing of that kind was bought.
    std::int64_t grant_one(ledger::Wallet& wallet, ledger::Kind kind, std::string_view what,
                           base::Credits amount) {
        if (amount.value == 0) {
            return 0;
        }
        auto const& bought = std::get<CreditsBought>(order_->bought);
        ledger::Credit const credit{
            .kind = kind,
            .amount = amount,
            .expires_at = bought.life ? std::optional{batch_.now + *bought.life} : std::nullopt,
            .reference = payment_reference(what, notice_.provider, notice_.trade),
            .note = "order " + order_->id + ", package " + bought.package + ", paid " +
                    std::to_string(paid_for(*order_)) + " " + order_->currency + " by " +
                    notice_.provider};
        auto const moved = give(batch_, order_->user, credit, rules_);
        CHECK(moved.outcome == MoveOutcome::moved);
        return wallet.account.grants;
    }

    Verdict judge_return() {
        if (order_->was_paid() && !notice_.trade.empty() && notice_.trade != order_->trade) {
            order_->review.erase("second_payment");  // that one has gone back
            return {.reasons = {"another_payment"}};
        }
        auto const more = newly_returned();
        if (!more) {
            bool const all = order_->status == OrderStatus::refunded;
            return all ? Verdict{.reasons = {"returned_before"}} : review({"no_amount_returned"});
        }
        if (*more == 0) {
            return {.reasons = {"returned_before"}};
        }
        order_->returns.push_back({.id = notice_.refund.empty() ? notice_.id : notice_.refund,
                                   .trade = notice_.trade,
                                   .amount = *more,
                                   .chargeback = notice_.state == PaymentState::chargeback,
                                   .at = batch_.now});
        settle_returns(batch_, *order_, rules_);
        return {.outcome = NoticeOutcome::returned,
                .reasons = order_->was_paid() ? Words{} : Words{"not_paid_yet"}};
    }

    // What it gives back beyond what we know of; none: it doesn't say.
    [[nodiscard]] std::optional<std::int64_t> newly_returned() const {
        if (notice_.returned <= 0) {
            return std::nullopt;
        }
        auto const& id = notice_.refund.empty() ? notice_.id : notice_.refund;
        bool const chargeback = notice_.state == PaymentState::chargeback;
        std::int64_t known = 0;
        for (auto const& each : order_->returns) {
            if (!notice_.returned_in_all && each.id == id && each.trade == notice_.trade) {
                return 0;
            }
            bool const counts = notice_.returned_in_all && each.chargeback == chargeback &&
                                each.trade == notice_.trade;
            known += counts ? each.amount : 0;
        }
        return std::max<std::int64_t>(notice_.returned - known, 0);
    }

    Verdict judge_closing() {
        if (order_->status != OrderStatus::pending) {
            return {};
        }
        order_->status = OrderStatus::closed;
        order_->closed_at = batch_.now;
        return {.outcome = NoticeOutcome::closed, .reasons = {}};
    }

    void flag(std::string_view word, bool set) {
        if (set) {
            order_->flags.emplace(word);
        }
    }

    Batch& batch_;
    PaymentNotice const& notice_;
    Rules const& rules_;
    Judging how_;
    Order* order_ = nullptr;
};

// The order that it names; where it names none, the one that its payment has paid.
LoadedOrder* about(Batch& batch, PaymentNotice const& notice) {
    return notice.order.empty() ? batch.orders.paid_by(notice.provider, notice.trade)
                                : batch.orders.find(notice.order);
}

NoticeTaken answer_of(Batch& batch, PaymentNotice const& notice) {
    auto const* const loaded = batch.orders.find(notice.about);
    return {.outcome = notice.outcome,
            .reasons = notice.reasons,
            .order = loaded == nullptr ? std::nullopt : std::optional{loaded->order}};
}

}  // namespace

Load load_for(PaymentNotice const& notice) {
    Load load{.references = {payment_reference("order", notice.provider, notice.trade),
                             payment_reference("bonus", notice.provider, notice.trade)},
              .orders = {.notices = {{notice.provider, notice.id}}}};
    if (!notice.order.empty()) {
        load.orders.ids.push_back(notice.order);
    }
    if (!notice.trade.empty()) {
        load.orders.trades.emplace_back(notice.provider, notice.trade);
    }
    return load;
}

NoticeTaken take_notice(Batch& batch, PaymentNotice notice, Rules const& rules, Judging how) {
    NoticeId const key{notice.provider, notice.id};
    auto const seen = batch.orders.notices.find(key);
    bool const stored = seen != batch.orders.notices.end();
    if (stored && how == Judging::first) {
        auto answer = answer_of(batch, seen->second);
        answer.repeated = true;
        return answer;
    }
    auto* const order = about(batch, notice);
    if (stored && order != nullptr) {
        // What it was doubted for is decided on now; the judge says what is left of it.
        for (auto const& reason : seen->second.reasons) {
            order->changed = order->order.review.erase(reason) > 0 || order->changed;
        }
    }
    auto verdict = Judge{batch, notice, rules, how}.run(order);
    notice.received_at = stored ? seen->second.received_at : batch.now;
    notice.judged_at = batch.now;
    notice.outcome = verdict.outcome;
    notice.reasons = std::move(verdict.reasons);
    notice.about = order == nullptr ? "" : order->order.id;
    (stored ? batch.orders.judged : batch.orders.told).push_back(notice);
    auto answer = answer_of(batch, notice);
    batch.orders.notices.insert_or_assign(key, std::move(notice));
    return answer;
}

PaymentNotice simulated_payment(Order const& order) {
    return {.provider = "simulate",
            .id = order.id,
            .form = "simulate",
            .kind = "simulated",
            .state = PaymentState::paid,
            .order = order.id,
            .trade = order.id,
            .amount = order.amount,
            .currency = order.currency};
}

}  // namespace jobs
