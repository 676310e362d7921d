#include "adapters/memory/orders.h"

#include <algorithm>

namespace adapters::memory {

namespace {

bool fits(jobs::Order const& order, OrderFilter const& filter) {
    auto const kind = std::holds_alternative<jobs::TermBought>(order.bought) ? "term" : "credits";
    return (filter.user.empty() || order.user == filter.user) &&
           (!filter.status || order.status == *filter.status) &&
           (!filter.in_review || !order.review.empty()) &&
           (filter.kind.empty() || filter.kind == kind) &&
           (filter.before.empty() || order.id < filter.before);
}

bool fits(jobs::PaymentNotice const& notice, NoticeFilter const& filter) {
    return (filter.order.empty() || notice.about == filter.order || notice.order == filter.order) &&
           (!filter.outcome || notice.outcome == *filter.outcome);
}

void put(Tables& tables, jobs::Order const& order) {
    if (!order.trade.empty()) {
        auto const paid =
            tables.trades.emplace(jobs::Trade{order.provider, order.trade}, order.id).first->second;
        CHECK(paid == order.id);
    }
    tables.orders.insert_or_assign(order.id, order);
}

jobs::PaymentNotice& stored(Tables& tables, jobs::NoticeId const& id) {
    return tables.notices.at(static_cast<std::size_t>(tables.notice_numbers.at(id) - 1));
}

void count_in(jobs::OrderLoad const& what, jobs::Order const& order, base::Timestamp now,
              jobs::Orders& orders) {
    for (auto const& [user, key] : what.keys) {
        if (!key.empty() && order.user == user && order.key == key) {
            orders.by_key.insert_or_assign({user, key}, order);
        }
    }
    auto const& users = what.pending_of;
    if (order.status == jobs::OrderStatus::pending && order.expires_at > now &&
        std::ranges::find(users, order.user) != users.end()) {
        auto& pending = orders.pending[order.user];
        bool const first = pending.count == 0 || order.expires_at < pending.first_end;
        pending.first_end = first ? order.expires_at : pending.first_end;
        ++pending.count;
    }
}

void add(Tables const& tables, std::string const& id, jobs::Orders& orders) {
    auto const found = tables.orders.find(id);
    if (found != tables.orders.end() && orders.find(id) == nullptr) {
        orders.loaded.push_back({.order = found->second});
    }
}

}  // namespace

std::optional<jobs::Order> OrderShelf::find(std::string_view id) {
    std::scoped_lock const lock{mutex_};
    auto const found = tables_.orders.find(id);
    return found == tables_.orders.end() ? std::nullopt : std::optional{found->second};
}

std::vector<jobs::Order> OrderShelf::list(OrderFilter const& filter) {
    std::scoped_lock const lock{mutex_};
    std::vector<jobs::Order> list;
    for (auto each = tables_.orders.rbegin();
         each != tables_.orders.rend() && std::ssize(list) < filter.limit; ++each) {
        if (fits(each->second, filter)) {
            list.push_back(each->second);
        }
    }
    return list;
}

std::vector<StoredNotice> OrderShelf::notices(NoticeFilter const& filter) {
    std::scoped_lock const lock{mutex_};
    std::vector<StoredNotice> list;
    auto const all = std::ssize(tables_.notices);
    auto const first = filter.before == 0 ? all : std::min<std::int64_t>(all, filter.before - 1);
    for (auto number = first; number > 0 && std::ssize(list) < filter.limit; --number) {
        auto notice = tables_.notices.at(static_cast<std::size_t>(number - 1));
        if (fits(notice, filter)) {
            notice.headers.clear();
            notice.body.clear();
            list.push_back({.number = number, .notice = std::move(notice)});
        }
    }
    return list;
}

std::optional<StoredNotice> OrderShelf::find_notice(jobs::NoticeId const& id) {
    std::scoped_lock const lock{mutex_};
    auto const found = tables_.notice_numbers.find(id);
    if (found == tables_.notice_numbers.end()) {
        return std::nullopt;
    }
    return StoredNotice{.number = found->second, .notice = stored(tables_, id)};
}

OrderCounts OrderShelf::counts() {
    std::scoped_lock const lock{mutex_};
    OrderCounts counts;
    for (auto const& [id, order] : tables_.orders) {
        counts.pending += order.status == jobs::OrderStatus::pending ? 1 : 0;
    }
    for (auto const& notice : tables_.notices) {
        counts.in_review += notice.outcome == jobs::NoticeOutcome::review ? 1 : 0;
    }
    return counts;
}

void load_orders(Tables const& tables, jobs::OrderLoad const& what, jobs::Batch& batch) {
    for (auto const& id : what.ids) {
        add(tables, id, batch.orders);
    }
    for (auto const& trade : what.trades) {
        if (auto const paid = tables.trades.find(trade); paid != tables.trades.end()) {
            add(tables, paid->second, batch.orders);
        }
    }
    for (auto const& id : what.notices) {
        if (auto const found = tables.notice_numbers.find(id);
            found != tables.notice_numbers.end()) {
            auto notice = tables.notices.at(static_cast<std::size_t>(found->second - 1));
            notice.headers.clear();
            notice.body.clear();
            batch.orders.notices.emplace(id, std::move(notice));
        }
    }
    int closable = what.closable;
    int askable = what.askable;
    for (auto const& [id, order] : tables.orders) {
        bool const pending = order.status == jobs::OrderStatus::pending;
        bool const over = pending && !order.ask_at && order.expires_at <= batch.now;
        bool const asked = pending && order.ask_at && *order.ask_at <= batch.now;
        if ((over && closable-- > 0) || (asked && askable-- > 0)) {
            add(tables, id, batch.orders);
        }
        count_in(what, order, batch.now, batch.orders);
    }
}

void write_orders(Tables& tables, jobs::Orders const& orders) {
    for (auto const& order : orders.opened) {
        put(tables, order);
    }
    for (auto const& each : orders.loaded) {
        if (each.changed) {
            put(tables, each.order);
        }
    }
    for (auto const& notice : orders.told) {
        tables.notices.push_back(notice);
        bool const fresh =
            tables.notice_numbers
                .emplace(jobs::NoticeId{notice.provider, notice.id}, std::ssize(tables.notices))
                .second;
        CHECK(fresh);
    }
    for (auto const& notice : orders.judged) {
        auto& row = stored(tables, {notice.provider, notice.id});
        row.judged_at = notice.judged_at;
        row.outcome = notice.outcome;
        row.reasons = notice.reasons;
        row.about = notice.about;
    }
}

}  // namespace adapters::memory
