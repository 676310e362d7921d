// Orders and notices of payments in PostgreSQL. Orders are locked before anything else; whoever
// waits for one has locked nothing yet.
#pragma once

#include <functional>

#include "adapters/order_book.h"
#include "adapters/postgres/load.h"

namespace adapters::postgres {

class OrderShelf final : public OrderBook {
public:
    using Run = std::function<void(std::function<void(Session&)> const&)>;

    explicit OrderShelf(Run run) : run_{std::move(run)} {}

    std::optional<jobs::Order> find(std::string_view id) override;
    std::vector<jobs::Order> list(OrderFilter const& filter) override;
    std::vector<StoredNotice> notices(NoticeFilter const& filter) override;
    std::optional<StoredNotice> find_notice(jobs::NoticeId const& id) override;
    OrderCounts counts() override;

private:
    Run run_;
};

void load_orders(Loading& loading);

// What is under these keys, and what is pending: read once the accounts are locked.
void load_order_keys(Loading& loading);

// The users whose wallets decisions about these orders need.
std::vector<std::string> owners_of(Loading const& loading);

void write_orders(Session const& session, jobs::Orders const& orders, Writes& out);

// Rows: order_rows.cpp.
extern std::string_view const order_columns;
extern std::string_view const notice_columns;  // without headers and body
jobs::Order read_order(pqxx::row const& row);
StoredNotice read_notice(pqxx::row const& row);

}  // namespace adapters::postgres
