// What is told about payments and does not fit: who pays attention, and what moves nothing.
#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

class Notices : public OrderDesk {
protected:
    jobs::NoticeTaken told(jobs::PaymentNotice notice, std::string const& id) {
        notice.id = id;
        return take(notice);
    }

    static jobs::PaymentNotice in_state(jobs::Order const& order, PaymentState state) {
        auto notice = payment(order);
        notice.state = state;
        return notice;
    }
};

TEST_F(Notices, OfAnUnknownOrderAPersonLooksAtThoseThatMoveMoney) {
    jobs::Order const stranger{.id = std::string(32, 'x'), .amount = 5'000};
    for (auto const state :
         {PaymentState::paid, PaymentState::refunded, PaymentState::chargeback}) {
        auto const taken = told(in_state(stranger, state), "n" + std::string{to_text(state)});
        EXPECT_EQ(taken.outcome, NoticeOutcome::review);
        EXPECT_EQ(taken.reasons, Words{"unknown_order"});
        EXPECT_FALSE(taken.order);
    }
    for (auto const state : {PaymentState::closed, PaymentState::pending, PaymentState::other}) {
        EXPECT_EQ(told(in_state(stranger, state), "n" + std::string{to_text(state)}).outcome,
                  NoticeOutcome::noted);
    }
}

TEST_F(Notices, OneOfAnUnknownOrderCanBeDismissed) {
    jobs::Order const stranger{.id = std::string(32, 'x'), .amount = 5'000};
    auto const notice = in_state(stranger, PaymentState::paid);
    EXPECT_EQ(take(notice).outcome, NoticeOutcome::review);
    auto const dismissed = take(notice, Judging::dismiss);
    EXPECT_EQ(dismissed.outcome, NoticeOutcome::noted);
    EXPECT_EQ(dismissed.reasons, Words{"dismissed"});
}

TEST_F(Notices, APaymentWithoutAnIdOfItsOwnIsNoProof) {
    auto notice = payment(open().order);
    notice.trade.clear();
    EXPECT_EQ(take(notice).reasons, Words{"no_trade"});
}

TEST_F(Notices, APaymentMustSayItsCurrencyAndAReturnMayLeaveItOut) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.currency.clear();
    EXPECT_EQ(told(notice, "n1").reasons, Words{"wrong_currency"});
    EXPECT_EQ(told(payment(order), "n2").outcome, NoticeOutcome::paid);
    auto returned = refund(order, 100, "R1");
    returned.currency.clear();
    EXPECT_EQ(told(returned, "n3").outcome, NoticeOutcome::returned);
    returned.currency = "USD";
    EXPECT_EQ(told(returned, "n4").reasons, Words{"wrong_currency"});
}

TEST_F(Notices, APaymentOverAnotherChannelIsTakenAndFlagged) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.provider = "alipay";
    EXPECT_EQ(take(notice).outcome, NoticeOutcome::paid);
    EXPECT_TRUE(now(order).flags.contains("other_channel"));
}

TEST_F(Notices, AReferenceThatCreditsHaveIsNotUsedAgain) {
    desk.give("u1", {.amount = {1}, .reference = "bonus:wechat:T1"});
    auto const order = open().order;
    EXPECT_EQ(take(payment(order)).reasons, Words{"reference_used"});
    EXPECT_EQ(now(order).status, OrderStatus::pending);
}

TEST_F(Notices, CreditsThatNoAccountCanHoldAreNotGranted) {
    desk.give("u1", {.amount = {std::numeric_limits<std::int64_t>::max() - 10}});
    auto const order = open().order;
    EXPECT_EQ(take(payment(order)).reasons, Words{"overflow"});
    desk.spend("u1", {.amount = {std::numeric_limits<std::int64_t>::max() - 10}});
    EXPECT_EQ(told(payment(order), "again").reasons, Words{"overflow"});  // nor its totals
}

TEST_F(Notices, AReturnWithoutAnAmountIsLookedAtUnlessAllHasGoneBack) {
    auto const order = open().order;
    take(payment(order));
    EXPECT_EQ(told(refund(order, 0), "n1").reasons, Words{"no_amount_returned"});
    take(refund(order, order.amount));
    EXPECT_EQ(told(refund(order, 0), "n2").reasons, Words{"returned_before"});
}

TEST_F(Notices, AReturnOfAnotherPaymentTakesNothingBack) {
    auto const order = open().order;
    take(payment(order));
    EXPECT_EQ(told(payment(order, "T2"), "n1").reasons, Words{"second_payment"});
    auto returned = refund(order, order.amount);
    returned.trade = "T2";
    EXPECT_EQ(told(returned, "n2").reasons, Words{"another_payment"});
    EXPECT_FALSE(now(order).review.contains("second_payment"));
    returned.trade.clear();  // it does not say which: then it is of the one we know
    returned.returned = 100;
    EXPECT_EQ(told(returned, "n3").outcome, NoticeOutcome::returned);
}

TEST_F(Notices, WhatIsToldInAllIsComparedWithWhatIsKnownOfItsKind) {
    auto const order = open().order;
    take(payment(order));
    auto in_all = refund(order, 1'000);
    in_all.returned_in_all = true;
    EXPECT_EQ(told(in_all, "n1").outcome, NoticeOutcome::returned);
    in_all.returned = 1'500;
    EXPECT_EQ(told(in_all, "n2").outcome, NoticeOutcome::returned);
    EXPECT_EQ(now(order).returns.back().amount, 500);
    EXPECT_EQ(told(in_all, "n3").reasons, Words{"returned_before"});
    in_all.state = PaymentState::chargeback;
    in_all.returned = 200;
    EXPECT_EQ(told(in_all, "n4").outcome, NoticeOutcome::returned);
    EXPECT_EQ(now(order).returns.back().amount, 200);
    EXPECT_TRUE(now(order).returns.back().chargeback);
}

TEST_F(Notices, ASimulatedPaymentOfAPaidOrderChangesNothing) {
    auto const order = open().order;
    take(payment(order));
    auto again = payment(order, "T9");
    again.provider = "simulate";
    EXPECT_EQ(told(again, "n1").reasons, Words{"paid_before"});
    auto elsewhere = payment(order);
    elsewhere.provider = "alipay";
    EXPECT_EQ(told(elsewhere, "n2").reasons, Words{"second_payment"});
}

}  // namespace
}  // namespace tests
