// Money that goes back takes with it what was granted for it: in proportion, once, in any order.
#include "jobs/returns.h"

#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

class Returns : public OrderDesk {};

TEST_F(Returns, ARefundTakesBackWhatIsLeftAndTheRestIsOwed) {
    auto const order = open().order;
    take(payment(order));
    desk.spend("u1", {.amount = {100}});  // the bonus, and 50 of what was paid for
    auto const taken = take(refund(order, 5'000));
    EXPECT_EQ(taken.outcome, NoticeOutcome::returned);
    EXPECT_EQ(now(order).status, OrderStatus::refunded);
    EXPECT_EQ(now(order).revoked.value, 450);
    EXPECT_EQ(now(order).owed.value, 100);
    EXPECT_EQ(debt(), 100);
    EXPECT_EQ(desk.balance("u1"), -100);
    EXPECT_EQ(desk.entries("u1").back().kind, ledger::Kind::adjust);
}

TEST_F(Returns, WhereItIsTheOperatorsLossNobodyOwes) {
    desk.rules.recharge.chargeback = jobs::Chargeback::loss;
    auto const order = open().order;
    take(payment(order));
    desk.spend("u1", {.amount = {100}});
    auto notice = refund(order, 5'000);
    notice.state = PaymentState::chargeback;
    take(notice);
    EXPECT_EQ(now(order).lost.value, 100);
    EXPECT_EQ(debt(), 0);
    EXPECT_EQ(desk.entries("u1").back().action, "chargeback");
}

TEST_F(Returns, ARefundTakesOnlyFromItsOwnGrants) {
    desk.give("u1", {.amount = {1'000}, .expires_at = desk.now + hours{999}});
    auto const order = open().order;
    take(payment(order));
    desk.spend("u1", {.amount = {100}});  // of the one that expires
    take(refund(order, 5'000));
    EXPECT_EQ(desk.balance("u1"), 900);
    EXPECT_EQ(now(order).revoked.value, 550);
}

TEST_F(Returns, PartsGoBackInProportionAndOnceEach) {
    auto const order = open().order;
    take(payment(order));
    take(refund(order, 1'999, "R1"));
    EXPECT_EQ(now(order).revoked.value, 219);  // 219.89
    EXPECT_TRUE(take(refund(order, 1'999, "R1")).repeated);
    auto told_otherwise = refund(order, 1'999, "R1");
    told_otherwise.id = "of the same refund";
    EXPECT_EQ(take(told_otherwise).reasons, Words{"returned_before"});
    EXPECT_EQ(now(order).status, OrderStatus::paid);
    take(refund(order, 3'001, "R2"));
    EXPECT_EQ(now(order).revoked.value, 550);
    EXPECT_EQ(now(order).status, OrderStatus::refunded);
    take(refund(order, 3'001, "R3"));
    EXPECT_EQ(now(order).revoked.value, 550);
    EXPECT_EQ(desk.balance("u1"), 0);
}

TEST_F(Returns, ASumOfRefundsMayComeInAnyOrder) {
    auto const order = open().order;
    take(payment(order));
    auto const all_so_far = [&](std::int64_t sum) {
        auto notice = refund(order, sum, "C1");
        notice.id = "sum " + std::to_string(sum);
        notice.returned_in_all = true;
        return notice;
    };
    take(all_so_far(2'000));
    EXPECT_EQ(take(all_so_far(1'000)).reasons, Words{"returned_before"});
    EXPECT_EQ(now(order).revoked.value, 220);
    take(all_so_far(5'000));
    EXPECT_EQ(desk.balance("u1"), 0);
}

TEST_F(Returns, ARefundThatIsToldOfBeforeItsPaymentLeavesNothing) {
    auto const order = open().order;
    EXPECT_EQ(take(refund(order, 5'000)).reasons, Words{"not_paid_yet"});
    EXPECT_EQ(now(order).status, OrderStatus::pending);
    EXPECT_EQ(take(payment(order)).outcome, NoticeOutcome::paid);
    EXPECT_EQ(now(order).status, OrderStatus::refunded);
    EXPECT_EQ(now(order).flags, Words{"refunded_first"});
    EXPECT_EQ(desk.balance("u1"), 0);
}

TEST_F(Returns, CreditsThatHaveExpiredAreNotOwed) {
    desk.rules.recharge.packages[1].life = hours{24};
    auto const order = open().order;
    take(payment(order));
    desk.now += hours{25};
    take(refund(order, 5'000));
    EXPECT_EQ(debt(), 0);
    EXPECT_EQ(now(order).lost.value, 550);
}

TEST_F(Returns, ADisputeThatNamesOnlyThePaymentFindsItsOrder) {
    auto const order = open().order;
    take(payment(order));
    auto notice = refund(order, 5'000);
    notice.order.clear();
    notice.state = PaymentState::chargeback;
    EXPECT_EQ(take(notice).outcome, NoticeOutcome::returned);
    EXPECT_EQ(now(order).status, OrderStatus::refunded);
}

TEST_F(Returns, ARefundThatDoesNotSayHowMuchIsReviewed) {
    auto const order = open().order;
    take(payment(order));
    EXPECT_EQ(take(refund(order, 0)).reasons, Words{"no_amount_returned"});
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Returns, ATermExtendsTheMembershipAndGoesWithItsMoney) {
    auto const until = [&] { return desk.store->find_wallet("u1")->account.member_until; };
    auto const first = open_term(1);
    auto const second = open_term(3);
    take(payment(first, "T1"));
    EXPECT_EQ(base::to_text(*until()), "2026-04-01T00:00:00.000Z");
    take(payment(second, "T2"));
    EXPECT_EQ(base::to_text(*until()), "2026-07-01T00:00:00.000Z");
    take(refund(first, 500, "R1"));
    EXPECT_EQ(base::to_text(*until()), "2026-07-01T00:00:00.000Z");
    take(refund(first, 490, "R2"));
    EXPECT_EQ(now(first).status, OrderStatus::refunded);
    EXPECT_EQ(base::to_text(*until()), "2026-05-31T00:00:00.000Z");
    EXPECT_TRUE(desk.entries("u1").empty());
}

class LostCredits : public Returns {
protected:
    LostCredits() {
        desk.rules.recharge.chargeback = jobs::Chargeback::loss;
        desk.rules.recharge.packages[1].life = hours{24};
        order = open().order;
        take(payment(order));
    }

    // A job holds credits of the order while its money goes back to the payer.
    base::JobId charge_back_under_a_job() {
        auto const id = desk.submit(request("script")).job->id;
        EXPECT_EQ(desk.claim("w").size(), 1U);
        auto notice = refund(order, 5'000);
        notice.state = PaymentState::chargeback;
        take(notice);
        EXPECT_EQ(desk.balance("u1"), 0);
        return id;
    }

    jobs::Order order;
};

TEST_F(LostCredits, DoNotComeBackWithTheJobThatHeldThem) {
    auto const id = charge_back_under_a_job();
    auto const held = now(order).lost.value;
    ASSERT_GT(held, 0);
    desk.cancel(id);
    EXPECT_EQ(desk.job(id).state, jobs::State::cancelled);
    EXPECT_EQ(desk.job(id).bill.refunded.value, held);
    EXPECT_EQ(desk.balance("u1"), 0);
    EXPECT_EQ(desk.entries("u1").back().action, "chargeback");
    EXPECT_EQ(desk.entries("u1").back().amount.value, -held);
    EXPECT_TRUE(desk.store->find_wallet("u1")->account.standing.written_off.empty());
}

TEST_F(LostCredits, DoNotComeBackAfterTheirDateEither) {
    auto const id = charge_back_under_a_job();
    desk.now += hours{25};
    desk.cancel(id);
    EXPECT_EQ(desk.balance("u1"), 0);
}

TEST_F(LostCredits, CountOnlyForTheGrantsThatTheyWereOf) {
    charge_back_under_a_job();
    desk.give("u1", {.amount = {300}});
    auto const other = desk.submit(request("script")).job->id;
    EXPECT_EQ(desk.claim("w").size(), 1U);
    desk.cancel(other);
    EXPECT_EQ(desk.balance("u1"), 300);
}

}  // namespace
}  // namespace tests
