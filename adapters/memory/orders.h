// Orders and notices of the memory store: a view of its tables, under its lock.
#pragma once

#include <mutex>

#include "adapters/memory/tables.h"

namespace adapters::memory {

class OrderShelf final : public OrderBook {
public:
    OrderShelf(std::mutex& mutex, Tables& tables) : mutex_{mutex}, tables_{tables} {}

    std::optional<jobs::Order> find(std::string_view id) override;
    std::vector<jobs::Order> list(OrderFilter const& filter) override;
    std::vector<StoredNotice> notices(NoticeFilter const& filter) override;
    std::optional<StoredNotice> find_notice(jobs::NoticeId const& id) override;
    OrderCounts counts() override;

private:
    std::mutex& mutex_;
    Tables& tables_;
};

// The wallets are the caller's to load.
void load_orders(Tables const& tables, jobs::OrderLoad const& what, jobs::Batch& batch);

void write_orders(Tables& tables, jobs::Orders const& orders);

}  // namespace adapters::memory
