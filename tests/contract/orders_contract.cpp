// Orders and notices: how they are kept, what a decision is given of them, and that one order is
// paid once, however many come at the same time.
#include <set>
#include <thread>

#include "jobs/accounts.h"
#include "jobs/orders.h"
#include "jobs/payment_notices.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using base::Millis;
using jobs::NoticeOutcome;
using jobs::Order;
using jobs::OrderStatus;
using jobs::PaymentNotice;
using std::chrono::hours;

std::string secret(int number) {
    auto const digits = std::to_string(number);
    return std::string(jobs::order_secret_size - digits.size(), 'a') + digits;
}

jobs::Rules rules() {
    jobs::Rules some;
    some.signup_gift = {};
    return some;
}

Order open_order(adapters::Store& store, int number, std::string const& user = "u1",
                 std::string const& package = "50") {
    Order order;
    store.transact(jobs::load_for_order(user), [&](jobs::Batch& batch) {
        order =
            jobs::open_recharge(
                batch,
                {.user = user, .package = package, .channel = "wechat", .secret = secret(number)},
                rules())
                .order;
    });
    return order;
}

PaymentNotice payment(Order const& order, std::string const& id, std::string const& trade) {
    return {.provider = "wechat",
            .id = id,
            .form = "wechat_v3",
            .kind = "TRANSACTION.SUCCESS",
            .state = jobs::PaymentState::paid,
            .order = order.id,
            .trade = trade,
            .amount = order.amount,
            .currency = "CNY",
            .happened_at = "2026-03-01T00:00:00+08:00",
            .headers = "wechatpay-serial: it's 5?\n",
            .body = "{\"a\": \"\\u0000 ö'\"}"};
}

jobs::NoticeTaken take(adapters::Store& store, PaymentNotice const& notice) {
    jobs::NoticeTaken taken;
    store.transact(jobs::load_for(notice),
                   [&](jobs::Batch& batch) { taken = jobs::take_notice(batch, notice, rules()); });
    return taken;
}

std::vector<std::string> ids(std::vector<Order> const& orders) {
    std::vector<std::string> list;
    for (auto const& each : orders) {
        list.push_back(each.id);
    }
    return list;
}

}  // namespace

TEST_P(StoreContract, EveryFactOfAnOrderIsKept) {
    auto const opened = open_order(store(), 1);
    EXPECT_EQ(store().orders().find(opened.id), opened);
    EXPECT_FALSE(store().orders().find("' OR true --"));
    auto wanted = opened;
    change({.orders = {.ids = {opened.id, "unknown"}}}, [&](jobs::Batch& batch) {
        ASSERT_EQ(batch.orders.loaded.size(), 1U);
        EXPECT_EQ(batch.orders.loaded[0].order, opened);
        EXPECT_NE(batch.wallet_of("u1"), nullptr);
        wanted.status = OrderStatus::refunded;
        wanted.flags = {"late", "simulated"};
        wanted.review = {"wrong_amount"};
        wanted.asked = 3;
        wanted.asked_at = batch.now + Millis{1};
        wanted.closed_at = batch.now + Millis{2};
        wanted.paid_at = batch.now + Millis{3};
        wanted.paid = 77;
        wanted.provider = "alipay";
        wanted.trade = "T'1";
        wanted.grant = 7;
        wanted.bonus_grant = 8;
        wanted.member_from = batch.now;
        wanted.member_until = batch.now + hours{5};
        wanted.returns = {{.id = "R", .trade = "T'1", .amount = 5, .chargeback = true}};
        wanted.revoked = {1};
        wanted.owed = {2};
        wanted.lost = {3};
        batch.orders.loaded[0] = {.order = wanted, .changed = true};
    });
    EXPECT_EQ(store().orders().find(opened.id), wanted);
    auto const by_trade = load({.orders = {.trades = {{"alipay", "T'1"}, {"wechat", "T'1"}}}});
    ASSERT_EQ(by_trade.orders.loaded.size(), 1U);
    EXPECT_EQ(by_trade.orders.loaded[0].order, wanted);
}

TEST_P(StoreContract, AnOrderOfATermIsKeptAsOne) {
    Order order;
    store().transact(jobs::load_for_order("u1"), [&](jobs::Batch& batch) {
        order = jobs::open_order(batch,
                                 {.user = "u1",
                                  .bought = jobs::TermBought{.name = "year", .months = 12},
                                  .amount = 8'800,
                                  .channel = "stripe",
                                  .secret = secret(1)},
                                 rules())
                    .order;
    });
    EXPECT_EQ(store().orders().find(order.id), order);
}

TEST_P(StoreContract, OrdersAreListedNewestFirstAndInParts) {
    std::vector<Order> opened;
    for (int i = 0; i < 5; ++i) {
        opened.push_back(open_order(store(), i, i == 2 ? "u2" : "u1"));
        clock_.advance(Millis{1});
    }
    take(store(), payment(opened[1], "n1", "T1"));
    auto wrong = payment(opened[3], "n2", "T2");
    wrong.amount = 1;
    take(store(), wrong);
    auto& book = store().orders();
    EXPECT_EQ(ids(book.list({})),
              (std::vector{opened[4].id, opened[3].id, opened[2].id, opened[1].id, opened[0].id}));
    EXPECT_EQ(ids(book.list({.user = "u1", .limit = 2})),
              (std::vector{opened[4].id, opened[3].id}));
    EXPECT_EQ(ids(book.list({.user = "u1", .before = opened[3].id})),
              (std::vector{opened[1].id, opened[0].id}));
    EXPECT_EQ(ids(book.list({.status = OrderStatus::paid})), std::vector{opened[1].id});
    EXPECT_EQ(ids(book.list({.in_review = true})), std::vector{opened[3].id});
    EXPECT_TRUE(book.list({.kind = "term"}).empty());
    EXPECT_EQ(book.list({.kind = "credits"}).size(), 5U);
    EXPECT_TRUE(book.list({.user = "nobody"}).empty());
    EXPECT_EQ(book.counts().pending, 4);
    EXPECT_EQ(book.counts().in_review, 1);
}

TEST_P(StoreContract, NoticesAreKeptAsTheyCame) {
    auto const order = open_order(store(), 1);
    auto notice = payment(order, "n1", "T1");
    EXPECT_EQ(take(store(), notice).outcome, NoticeOutcome::paid);
    notice.received_at = notice.judged_at = now();
    notice.outcome = NoticeOutcome::paid;
    notice.about = order.id;
    auto const stored = store().orders().find_notice({"wechat", "n1"});
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->notice, notice);
    EXPECT_FALSE(store().orders().find_notice({"alipay", "n1"}));
    clock_.advance(Millis{5});
    auto other = payment(order, "n2", "T2");
    other.amount.reset();
    other.doubts = {"wrong_app", "wrong_merchant"};
    take(store(), other);
    auto nobodys = payment(order, "n3", "T3");
    nobodys.order = "nobody's";
    take(store(), nobodys);
    auto const listed = store().orders().notices({});
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0].notice.id, "n3");
    EXPECT_EQ(listed[1].notice.amount, std::nullopt);
    EXPECT_EQ(listed[1].notice.doubts, other.doubts);
    EXPECT_EQ(listed[2].notice.body, "");
    EXPECT_EQ(store().orders().notices({.order = order.id}).size(), 2U);
    EXPECT_EQ(store().orders().notices({.order = "nobody's"}).size(), 1U);
    EXPECT_EQ(store().orders().notices({.outcome = NoticeOutcome::review}).size(), 2U);
    auto const rest = store().orders().notices({.before = listed[1].number, .limit = 5});
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].number, stored->number);
}

TEST_P(StoreContract, ANoticeThatIsJudgedAgainKeepsWhatItSaid) {
    auto const order = open_order(store(), 1);
    auto notice = payment(order, "n1", "T1");
    notice.amount = 1;
    take(store(), notice);
    auto const before = *store().orders().find_notice({"wechat", "n1"});
    clock_.advance(Millis{5});
    jobs::NoticeTaken taken;
    store().transact(jobs::load_for(before.notice), [&](jobs::Batch& batch) {
        taken = jobs::take_notice(batch, before.notice, rules(), jobs::Judging::overrule);
    });
    EXPECT_EQ(taken.outcome, NoticeOutcome::paid);
    auto wanted = before;
    wanted.notice.outcome = NoticeOutcome::paid;
    wanted.notice.reasons = {};
    wanted.notice.judged_at = now();
    EXPECT_EQ(store().orders().find_notice({"wechat", "n1"})->notice, wanted.notice);
    EXPECT_EQ(store().orders().notices({}).size(), 1U);
}

TEST_P(StoreContract, OrdersWhoseTimeIsUpAreFound) {
    auto const first = open_order(store(), 1);
    clock_.advance(Millis{10});
    auto const second = open_order(store(), 2);
    take(store(), payment(second, "n1", "T1"));
    open_order(store(), 3);
    clock_.advance(hours{2} - Millis{11});
    EXPECT_TRUE(load(jobs::load_for_closing(10)).orders.loaded.empty());
    clock_.advance(Millis{1});
    auto const due = load(jobs::load_for_closing(10));
    ASSERT_EQ(due.orders.loaded.size(), 1U);
    EXPECT_EQ(due.orders.loaded[0].order.id, first.id);
    clock_.advance(Millis{10});
    EXPECT_EQ(load(jobs::load_for_closing(1)).orders.loaded.size(), 1U);
    EXPECT_EQ(load(jobs::load_for_closing(10)).orders.loaded.size(), 2U);
}

TEST_P(StoreContract, AnAccountsOrdersComeWithItsAudit) {
    auto const first = open_order(store(), 1);
    open_order(store(), 2, "u2");
    take(store(), payment(first, "n1", "T1"));
    std::map<std::string, std::vector<Order>> found;
    auto const findings = store().audit(
        {}, [&](adapters::AuditPage const& page) { found[page.books.account.user] = page.orders; });
    EXPECT_TRUE(findings.empty());
    ASSERT_EQ(found["u1"].size(), 1U);
    EXPECT_EQ(found["u2"].size(), 1U);
    auto const& order = found["u1"][0];
    EXPECT_EQ(order.id, first.id);
    EXPECT_EQ(order.bought, first.bought);
    EXPECT_EQ(order.trade, "T1");
    EXPECT_EQ(order.grant, 1);
    EXPECT_EQ(order.bonus_grant, 2);
}

// Three callbacks and a poll, each by a thread of its own, some of them of one notice.
TEST_P(StoreContract, AnOrderThatManyPayAtOnceIsGrantedOnce) {
    for (int round = 0; round < 8; ++round) {
        auto const user = "u" + std::to_string(round);
        auto const order = open_order(store(), round, user);
        auto const mark = std::to_string(round);
        std::vector<PaymentNotice> const notices{payment(order, "same" + mark, "T" + mark),
                                                 payment(order, "same" + mark, "T" + mark),
                                                 payment(order, "other" + mark, "T" + mark),
                                                 payment(order, "second" + mark, "S" + mark)};
        std::vector<std::thread> threads;
        for (auto const& notice : notices) {
            threads.emplace_back([&, notice] { take(store(), notice); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        auto const wallet = store().find_wallet(user);
        EXPECT_EQ(wallet->account.balance, base::Credits{550});
        EXPECT_EQ(wallet->account.entries, 2);
        EXPECT_EQ(store().orders().notices({.order = order.id}).size(), 3U);
        EXPECT_EQ(store().orders().find(order.id)->review, jobs::Words{"second_payment"});
    }
}

// One payment that names two orders: whichever comes first has it.
TEST_P(StoreContract, APaymentThatManyOrdersClaimAtOncePaysOne) {
    for (int round = 0; round < 8; ++round) {
        auto const mark = std::to_string(round);
        auto const first = open_order(store(), 2 * round, "a" + mark);
        auto const second = open_order(store(), 2 * round + 1, "b" + mark);
        std::thread one{[&] { take(store(), payment(first, "1-" + mark, "T" + mark)); }};
        std::thread two{[&] { take(store(), payment(second, "2-" + mark, "T" + mark)); }};
        one.join();
        two.join();
        auto const sum = store().find_wallet(first.user)->account.balance +
                         store().find_wallet(second.user)->account.balance;
        EXPECT_EQ(sum, base::Credits{550});
        EXPECT_EQ(store().orders().counts().in_review, round + 1);
    }
}

}  // namespace contract
