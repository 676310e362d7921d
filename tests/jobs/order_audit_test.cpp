// The audit of orders against entries finds whatever was tampered with.
#include "jobs/order_audit.h"

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

}  // namespace
}  // namespace tests
