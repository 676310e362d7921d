// Recharge orders and the notices about them, for reading. They change in transactions only
// (jobs/orders.h, jobs/payment_notices.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/order.h"

namespace adapters {

struct OrderFilter {
    std::string user;  // empty: any
    std::optional<jobs::OrderStatus> status;
    bool in_review = false;  // only those that a person has to look at
    std::string kind;        // of what was bought: "credits", "term"; empty: any
    std::string before;      // ids below this one (the cursor); empty: from the newest
    int limit = 50;
};

struct NoticeFilter {
    std::string order;  // that it was taken for, or names; empty: any
    std::optional<jobs::NoticeOutcome> outcome;
    std::int64_t before = 0;  // numbers below this one (the cursor); 0: from the newest
    int limit = 50;
};

struct StoredNotice {
    std::int64_t number = 0;  // in the order in which they came
    jobs::PaymentNotice notice;
};

struct OrderCounts {
    std::int64_t pending = 0;
    std::int64_t in_review = 0;  // notices that wait for a person
};

class OrderBook {
public:
    OrderBook() = default;
    OrderBook(OrderBook const&) = delete;
    OrderBook& operator=(OrderBook const&) = delete;
    virtual ~OrderBook() = default;

    virtual std::optional<jobs::Order> find(std::string_view id) = 0;
    virtual std::vector<jobs::Order> list(OrderFilter const& filter) = 0;  // newest first

    // Newest first, without what they said literally: headers and body.
    virtual std::vector<StoredNotice> notices(NoticeFilter const& filter) = 0;
    virtual std::optional<StoredNotice> find_notice(jobs::NoticeId const& id) = 0;  // all of it

    virtual OrderCounts counts() = 0;
};

}  // namespace adapters
