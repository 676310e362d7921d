// Orders at the desk: opened, told of, looked at; the books are audited after every step.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "jobs/orders.h"
#include "jobs/payment_notices.h"
#include "tests/jobs/desk.h"

namespace tests {

using jobs::Judging;
using jobs::NoticeOutcome;
using jobs::OrderOutcome;
using jobs::OrderStatus;
using jobs::PaymentState;
using jobs::Words;
using std::chrono::hours;

class OrderDesk : public testing::Test {
protected:
    OrderDesk() { desk.rules.signup_gift = {}; }

    jobs::Opened open(std::string const& package = "50", std::string const& user = "u1") {
        jobs::Opened opened;
        auto const what = jobs::RechargeRequest{
            .user = user, .package = package, .channel = "wechat", .secret = next_secret()};
        desk.store->transact(jobs::load_for_order(user), [&](jobs::Batch& batch) {
            opened = jobs::open_recharge(batch, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return opened;
    }

    jobs::Order open_term(int months) {
        jobs::Order order;
        desk.store->transact(jobs::load_for_order("u1"), [&](jobs::Batch& batch) {
            order = jobs::open_order(batch,
                                     {.user = "u1",
                                      .bought = jobs::TermBought{.name = "month", .months = months},
                                      .amount = 990,
                                      .channel = "wechat",
                                      .secret = next_secret()},
                                     desk.rules)
                        .order;
        });
        return order;
    }

    static jobs::PaymentNotice payment(jobs::Order const& order, std::string const& trade = "T1") {
        return {.provider = "wechat",
                .id = "paid-" + trade,
                .form = "wechat_v3",
                .kind = "TRANSACTION.SUCCESS",
                .state = PaymentState::paid,
                .order = order.id,
                .trade = trade,
                .amount = order.amount,
                .currency = "CNY",
                .headers = "",
                .body = "{}"};
    }

    static jobs::PaymentNotice refund(jobs::Order const& order, std::int64_t amount,
                                      std::string const& id = "R1") {
        auto notice = payment(order);
        notice.id = "refund-" + id;
        notice.state = PaymentState::refunded;
        notice.refund = id;
        notice.returned = amount;
        return notice;
    }

    jobs::NoticeTaken take(jobs::PaymentNotice const& notice, Judging how = Judging::first) {
        jobs::NoticeTaken taken;
        desk.store->transact(jobs::load_for(notice), [&](jobs::Batch& batch) {
            taken = jobs::take_notice(batch, notice, desk.rules, how);
            news = batch.notices;
        });
        EXPECT_EQ(desk.audit(), "");
        return taken;
    }

    jobs::Order now(jobs::Order const& order) { return *desk.store->orders().find(order.id); }

    int close_due() {
        int closed = 0;
        desk.store->transact(jobs::load_for_closing(100),
                             [&](jobs::Batch& batch) { closed = jobs::close_due(batch); });
        return closed;
    }

    std::int64_t debt() { return desk.store->find_wallet("u1")->account.debt.value; }

    std::string next_secret() {
        auto const number = std::to_string(++secrets_);
        return std::string(jobs::order_secret_size - number.size(), 'x') + number;
    }

    Desk desk;
    std::vector<jobs::Notice> news;  // of the last notice

private:
    int secrets_ = 0;
};

}  // namespace tests
