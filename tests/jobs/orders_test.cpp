// Orders and the notices that pay them: one grant per order, one effect per payment, whatever comes
// in whatever order, and what does not fit moves nothing.
#include "jobs/orders.h"

#include <limits>

#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

class Orders : public OrderDesk {};

TEST_F(Orders, FreezeWhatThePackageGrants) {
    auto const order = open("50").order;
    EXPECT_EQ(order.amount, 5'000);
    EXPECT_EQ(order.currency, "CNY");
    EXPECT_EQ(order.status, OrderStatus::pending);
    EXPECT_EQ(order.expires_at, desk.now + hours{2});
    EXPECT_TRUE(jobs::is_order_id(order.id));
    auto const& bought = std::get<jobs::CreditsBought>(order.bought);
    EXPECT_EQ(bought.credits.value, 500);
    EXPECT_EQ(bought.bonus.value, 50);
    desk.rules.recharge.packages.clear();
    take(payment(order));
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Orders, OpenTheAccountWithItsGift) {
    desk.rules.signup_gift = {520};
    open();
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Orders, SellOnlyWhatIsOnSale) {
    auto& package = desk.rules.recharge.packages[1];
    package.from = desk.now;
    package.to = desk.now + hours{1};
    EXPECT_EQ(open().outcome, OrderOutcome::opened);
    desk.now += hours{1};
    EXPECT_EQ(open().outcome, OrderOutcome::unknown_package);
    desk.now -= hours{2};
    EXPECT_EQ(open().outcome, OrderOutcome::unknown_package);
    package.from.reset();
    package.active = false;
    EXPECT_EQ(open().outcome, OrderOutcome::unknown_package);
    EXPECT_EQ(open("nothing").outcome, OrderOutcome::unknown_package);
}

TEST_F(Orders, AreMultipliedByTheTierExactlyAndRoundedOnceUp) {
    desk.rules.recharge.multipliers["gold"] = *base::parse_rate("1.2");
    desk.rules.recharge.multipliers["odd"] = *base::parse_rate("1.001");
    desk.open_account("u1");
    auto const granted = [&](std::string const& tier) {
        desk.change_account("u1", [&](ledger::Account& account) { account.tier = tier; });
        return jobs::granted_by(open("50").order).value;
    };
    EXPECT_EQ(granted("gold"), 660);
    EXPECT_EQ(granted("odd"), 551);  // 550.55, of 500.5 and 50.05
    EXPECT_EQ(granted(""), 550);
    EXPECT_EQ(granted("silver"), 550);
}

TEST_F(Orders, ThatNobodyCouldCountAreRefused) {
    auto& package = desk.rules.recharge.packages[1];
    package.credits = {std::numeric_limits<std::int64_t>::max()};
    EXPECT_EQ(open().outcome, OrderOutcome::overflow);
    package.bonus = {};
    desk.rules.recharge.multipliers[""] = *base::parse_rate("1.000001");
    EXPECT_EQ(open().outcome, OrderOutcome::overflow);
}

TEST_F(Orders, ThatAnAccountCanNotHoldAreReviewed) {
    auto& package = desk.rules.recharge.packages[1];
    package.credits = {std::numeric_limits<std::int64_t>::max() - 50};
    auto const order = open().order;
    desk.give("u1", {.amount = {1}});
    auto const taken = take(payment(order));
    EXPECT_EQ(taken.outcome, NoticeOutcome::review);
    EXPECT_EQ(taken.reasons, Words{"overflow"});
    EXPECT_EQ(now(order).status, OrderStatus::pending);
}

TEST_F(Orders, ArePaidOnceHoweverOftenItIsTold) {
    auto const order = open().order;
    EXPECT_EQ(take(payment(order)).outcome, NoticeOutcome::paid);
    auto const again = take(payment(order));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.outcome, NoticeOutcome::paid);
    auto told_otherwise = payment(order);
    told_otherwise.id = "another notice of the same payment";
    auto const third = take(told_otherwise);
    EXPECT_EQ(third.outcome, NoticeOutcome::noted);
    EXPECT_EQ(third.reasons, Words{"paid_before"});
    EXPECT_EQ(desk.balance("u1"), 550);
    auto const paid = now(order);
    EXPECT_EQ(paid.status, OrderStatus::paid);
    EXPECT_EQ(paid.trade, "T1");
    EXPECT_EQ(paid.paid_at, desk.now);
    EXPECT_EQ(paid.grant, 1);
    EXPECT_EQ(paid.bonus_grant, 2);
    EXPECT_TRUE(paid.flags.empty());
}

TEST_F(Orders, GrantCreditsThatExpireAsThePackageSays) {
    desk.rules.recharge.packages[1].life = hours{24};
    auto const order = open().order;
    desk.now += hours{1};
    take(payment(order));
    for (auto const& grant : desk.store->find_wallet("u1")->grants) {
        EXPECT_EQ(grant.expires_at, desk.now + hours{24});
    }
    EXPECT_EQ(desk.entries("u1").at(0).reference, "order:wechat:T1");
    EXPECT_EQ(desk.entries("u1").at(1).kind, ledger::Kind::bonus);
}

TEST_F(Orders, CloseWhenTheirTimeIsUp) {
    auto const order = open().order;
    desk.now += hours{2} - Millis{1};
    EXPECT_EQ(close_due(), 0);
    desk.now += Millis{1};
    EXPECT_EQ(close_due(), 1);
    EXPECT_EQ(close_due(), 0);
    EXPECT_EQ(now(order).status, OrderStatus::closed);
    EXPECT_EQ(now(order).closed_at, desk.now);
}

TEST_F(Orders, ThatAreClosedArePaidAllTheSameAndFlagged) {
    auto const order = open().order;
    desk.now += hours{3};
    close_due();
    EXPECT_EQ(take(payment(order)).outcome, NoticeOutcome::paid);
    EXPECT_EQ(now(order).status, OrderStatus::paid);
    EXPECT_EQ(now(order).flags, Words{"late"});
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Orders, AreClosedByThePlatformOnlyWhileTheyWait) {
    auto const order = open().order;
    auto closed = payment(order);
    closed.id = "closed";
    closed.state = PaymentState::closed;
    EXPECT_EQ(take(closed).outcome, NoticeOutcome::closed);
    EXPECT_EQ(take(payment(order)).outcome, NoticeOutcome::paid);
    closed.id = "closed after it was paid";
    EXPECT_EQ(take(closed).outcome, NoticeOutcome::noted);
    EXPECT_EQ(now(order).status, OrderStatus::paid);
}

TEST_F(Orders, ThatAreNotPaidAsOrderedAreReviewedAndGrantNothing) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.amount = 4'999;
    EXPECT_EQ(take(notice).reasons, Words{"wrong_amount"});
    notice.id = "2";
    notice.amount.reset();
    notice.currency = "USD";
    notice.doubts = {"wrong_merchant"};
    auto const taken = take(notice);
    EXPECT_EQ(taken.outcome, NoticeOutcome::review);
    EXPECT_EQ(taken.reasons, (Words{"wrong_amount", "wrong_currency", "wrong_merchant"}));
    EXPECT_EQ(desk.balance("u1"), 0);
    EXPECT_EQ(now(order).status, OrderStatus::pending);
    EXPECT_EQ(now(order).review, (Words{"wrong_amount", "wrong_currency", "wrong_merchant"}));
    EXPECT_EQ(desk.store->orders().counts().in_review, 2);
    EXPECT_EQ(take(payment(order, "T2")).outcome, NoticeOutcome::paid);
}

TEST_F(Orders, PaymentsOfNoOrderAreKept) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.order = "somebody else's";
    notice.body = "as it came";
    auto const taken = take(notice);
    EXPECT_EQ(taken.outcome, NoticeOutcome::review);
    EXPECT_EQ(taken.reasons, Words{"unknown_order"});
    EXPECT_FALSE(taken.order);
    auto const stored = desk.store->orders().find_notice({"wechat", "paid-T1"});
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->notice.body, "as it came");
    EXPECT_EQ(stored->notice.received_at, desk.now);
}

TEST_F(Orders, ASecondPaymentOfAnOrderIsToBeGivenBack) {
    auto const order = open().order;
    take(payment(order, "T1"));
    auto const second = take(payment(order, "T2"));
    EXPECT_EQ(second.outcome, NoticeOutcome::review);
    EXPECT_EQ(second.reasons, Words{"second_payment"});
    EXPECT_EQ(desk.balance("u1"), 550);
    auto back = refund(order, 5'000);
    back.trade = "T2";
    EXPECT_EQ(take(back).outcome, NoticeOutcome::noted);
    EXPECT_EQ(desk.balance("u1"), 550);
    EXPECT_TRUE(now(order).review.empty());
    EXPECT_EQ(now(order).status, OrderStatus::paid);
}

TEST_F(Orders, OnePaymentPaysOneOrder) {
    auto const first = open().order;
    auto const second = open().order;
    take(payment(first, "T1"));
    auto stolen = payment(second, "T1");
    stolen.id = "another";
    EXPECT_EQ(take(stolen).reasons, Words{"trade_of_another_order"});
    EXPECT_EQ(desk.balance("u1"), 550);
    EXPECT_EQ(now(second).status, OrderStatus::pending);
}

TEST_F(Orders, AReferenceThatIsTakenPaysNothing) {
    auto const order = open().order;
    desk.give("u1", {.amount = {1}, .reference = "order:wechat:T1"});
    EXPECT_EQ(take(payment(order)).reasons, Words{"reference_used"});
}

TEST_F(Orders, APersonMayOverruleOrDismiss) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.amount = 4'000;
    take(notice);
    EXPECT_EQ(take(notice, Judging::again).outcome, NoticeOutcome::review);
    EXPECT_EQ(take(notice, Judging::overrule).outcome, NoticeOutcome::paid);
    EXPECT_EQ(now(order).flags, Words{"overruled"});
    EXPECT_TRUE(now(order).review.empty());
    auto second = payment(order, "T2");
    take(second);
    EXPECT_EQ(take(second, Judging::overrule).outcome, NoticeOutcome::review);
    EXPECT_EQ(take(second, Judging::dismiss).outcome, NoticeOutcome::noted);
    EXPECT_TRUE(now(order).review.empty());
    EXPECT_EQ(desk.store->orders().counts().in_review, 0);
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Orders, ASimulatedPaymentIsAPaymentOnce) {
    auto const order = open().order;
    EXPECT_EQ(take(jobs::simulated_payment(order)).outcome, NoticeOutcome::paid);
    EXPECT_TRUE(take(jobs::simulated_payment(order)).repeated);
    EXPECT_EQ(now(order).flags, Words{"simulated"});
    EXPECT_EQ(desk.balance("u1"), 550);
    auto const other = open().order;
    take(payment(other));
    EXPECT_EQ(take(jobs::simulated_payment(other)).reasons, Words{"paid_before"});
}

TEST(OrderLines, AreReadBackAsTheyWere) {
    jobs::Bought const credits = jobs::CreditsBought{.package = "50",
                                                     .credits = {500},
                                                     .bonus = {50},
                                                     .life = Millis{5},
                                                     .multiplier = *base::parse_rate("1.25")};
    jobs::Bought const term = jobs::TermBought{.name = "year", .months = 12};
    EXPECT_EQ(jobs::parse_bought(jobs::to_line(credits)), credits);
    EXPECT_EQ(jobs::parse_bought(jobs::to_line(term)), term);
    EXPECT_FALSE(jobs::parse_bought("credits:1"));
    std::vector<jobs::Return> const returns{
        {.id = "R 1", .trade = "", .amount = 5, .chargeback = true, .at = desk_opens},
        {.id = "", .trade = "T", .amount = 7, .chargeback = false, .at = desk_opens}};
    EXPECT_EQ(jobs::parse_returns(jobs::to_lines(returns)), returns);
    EXPECT_TRUE(jobs::parse_returns("").empty());
    Words const words{"late", "second_payment"};
    EXPECT_EQ(jobs::parse_words(jobs::to_line(words)), words);
    EXPECT_TRUE(jobs::parse_words("").empty());
}

}  // namespace
}  // namespace tests
