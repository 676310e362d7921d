// The audit of orders against entries finds whatever was tampered with.
#include "jobs/order_audit.h"

#include <initializer_list>
#include <limits>

#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

class OrderAudit : public OrderDesk {
protected:
    // One that was paid and half refunded, and one that waits.
    OrderAudit() {
        auto const paid = open().order;
        take(payment(paid));
        take(refund(paid, 2'500));
        open();
        desk.store->audit({.user = "u1"},
                          [&](adapters::AuditPage const& stored) { page = stored; });
    }

    std::vector<int> findings() {
        std::vector<int> numbers;
        for (auto const& each : jobs::audit_orders(page.books.entries, page.orders, "u1")) {
            numbers.push_back(each.invariant);
        }
        return numbers;
    }

    jobs::Order& paid() { return page.orders.at(0); }

    jobs::Order& waiting() { return page.orders.at(1); }

    adapters::AuditPage page;
};

using Numbers = std::vector<int>;

TEST_F(OrderAudit, FindsNothingWhereNothingIsWrong) {
    EXPECT_EQ(page.orders.size(), 2U);
    EXPECT_EQ(findings(), Numbers{});
}

TEST_F(OrderAudit, FindsAGrantThatIsMissing) {
    std::erase_if(page.books.entries,
                  [](auto const& entry) { return entry.reference == "order:wechat:T1"; });
    EXPECT_EQ(findings(), Numbers{7});
}

TEST_F(OrderAudit, FindsAGrantOfAnotherAmountKindOrNumber) {
    page.books.entries.at(0).amount = {501};
    EXPECT_EQ(findings(), Numbers{7});
    page.books.entries.at(0).amount = {500};
    page.books.entries.at(0).kind = ledger::Kind::adjust;
    EXPECT_EQ(findings(), Numbers{7});
    page.books.entries.at(0).kind = ledger::Kind::recharge;
    paid().bonus_grant = 7;
    EXPECT_EQ(findings(), Numbers{7});
}

TEST_F(OrderAudit, FindsAnOrderThatWasPaidWithoutAPayment) {
    waiting().status = OrderStatus::paid;
    EXPECT_EQ(findings(), Numbers{6});
}

TEST_F(OrderAudit, FindsCreditsOfAnOrderThatNobodyPaid) {
    waiting().grant = 3;
    EXPECT_EQ(findings(), Numbers{6});
}

TEST_F(OrderAudit, FindsTwoOrdersOfOnePayment) {
    waiting() = paid();
    EXPECT_EQ(findings(), Numbers{7});
}

TEST_F(OrderAudit, FindsCreditsThatWereNotTakenBack) {
    paid().revoked += base::Credits{1};
    EXPECT_EQ(findings(), Numbers{6});
}

TEST_F(OrderAudit, FindsAnUnpaidOrderThatSaysItMovedCredits) {
    for (auto const change : std::initializer_list<void (*)(jobs::Order&)>{
             [](jobs::Order& order) { order.grant = 3; },
             [](jobs::Order& order) { order.bonus_grant = 3; },
             [](jobs::Order& order) { order.revoked = {1}; },
             [](jobs::Order& order) { order.owed = {1}; },
             [](jobs::Order& order) { order.lost = {1}; },
         }) {
        auto const before = waiting();
        change(waiting());
        EXPECT_EQ(findings(), Numbers{6});
        waiting() = before;
    }
}

TEST_F(OrderAudit, FindsAPaymentWithoutAnId) {
    paid().trade.clear();
    EXPECT_EQ(findings(), (Numbers{6, 7, 7}));  // and no entries of it
}

TEST_F(OrderAudit, AnOrderWithoutCreditsNeedsNoEntryUnlessItNamesOne) {
    auto& entries = page.books.entries;
    std::erase_if(entries, [](auto const& entry) { return entry.reference.starts_with("bonus:"); });
    EXPECT_EQ(findings(), Numbers{7});
    auto& bought = std::get<jobs::CreditsBought>(paid().bought);
    bought.bonus = {};
    EXPECT_EQ(findings(), Numbers{7});  // it still names the grant
    paid().bonus_grant = 0;
    EXPECT_EQ(findings(), Numbers{});
}

TEST_F(OrderAudit, FindsAGrantWithoutDraws) {
    page.books.entries.at(0).draws.clear();
    EXPECT_EQ(findings(), Numbers{7});
}

TEST_F(OrderAudit, FindsReturnsThatNoAccountCouldHold) {
    constexpr base::Credits most{std::numeric_limits<std::int64_t>::max()};
    auto const before = paid();
    paid().revoked = most;
    paid().owed = most;
    EXPECT_EQ(findings(), Numbers{6});
    paid() = before;
    auto const first = std::ranges::find_if(page.books.entries, [](auto const& entry) {
        return entry.reference.starts_with("returned:");
    });
    ASSERT_NE(first, page.books.entries.end());
    first->amount = -most;
    auto second = *first;
    second.reference += "!";
    page.books.entries.push_back(second);  // more than can be added up: the account's audit tells
    EXPECT_EQ(findings(), Numbers{});
}

// A term that was bought with credits, and the entry that took them.
TEST(OrderAuditOfCredits, FindsAPriceThatWasNotTaken) {
    ledger::Entry entry{.kind = ledger::Kind::consume, .amount = {-99}};
    entry.reference = "membership:credits:o1";
    jobs::Order order{.id = "o1", .bought = jobs::TermBought{.name = "month", .months = 1}};
    order.status = OrderStatus::paid;
    order.amount = 99;
    order.paid_at = desk_opens;
    order.provider = "credits";
    order.trade = "o1";
    auto const found = [&](std::vector<ledger::Entry> const& entries) {
        return jobs::audit_orders(entries, std::vector{order}, "u1").size();
    };
    EXPECT_EQ(found({entry}), 0U);
    EXPECT_EQ(found({}), 1U);
    entry.amount = {-98};
    EXPECT_EQ(found({entry}), 1U);
    entry.amount = {-99};
    entry.kind = ledger::Kind::adjust;
    EXPECT_EQ(found({entry}), 1U);
}

}  // namespace
}  // namespace tests
