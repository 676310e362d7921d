// Orders and notices of payments as rows.
#pragma once

#include <functional>

#include "adapters/order_book.h"
#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

class OrderShelf final : public OrderBook {
public:
    using Run = std::function<void(std::function<void(Database&)> const&)>;  // for reading

    explicit OrderShelf(Run read) : read_{std::move(read)} {}

    std::optional<jobs::Order> find(std::string_view id) override;
    std::vector<jobs::Order> list(OrderFilter const& filter) override;
    std::vector<StoredNotice> notices(NoticeFilter const& filter) override;
    std::optional<StoredNotice> find_notice(jobs::NoticeId const& id) override;
    OrderCounts counts() override;

private:
    Run read_;
};

// The wallets are the caller's to load.
void load_orders(Loading& loading);
void write_orders(Database& database, jobs::Orders const& orders);

// By id.
std::vector<jobs::Order> orders_of(Database& database, ledger::Account const& account);

}  // namespace adapters::sqlite
