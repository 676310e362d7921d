#include "adapters/sqlite/orders.h"

#include <limits>

#include "adapters/sqlite/rows.h"

namespace adapters::sqlite {

namespace {

constexpr std::string_view order_columns =
    "id, account, (SELECT user FROM accounts a WHERE a.id = account), bought, channel, amount, "
    "currency, status, created_at, expires_at, flags, review, asked, asked_at, closed_at, paid_at, "
    "provider, trade, grant_number, bonus_number, member_from, member_until, returns, revoked, "
    "owed, lost, key, offer, ask_at, paid";

constexpr std::string_view lean_notice_columns =
    "number, provider, id, form, kind, state, order_id, trade, refund, amount, currency, returned, "
    "returned_in_all, happened_at, doubts, received_at, judged_at, outcome, reasons, about";

jobs::Order read_order(Query& row) {
    jobs::Order order;
    order.id = row.text();
    order.account = {row.integer()};
    order.user = row.text();
    order.bought = jobs::parse_bought(row.view()).value_or(jobs::CreditsBought{});
    order.channel = row.text();
    order.amount = row.integer();
    order.currency = row.text();
    order.status = static_cast<jobs::OrderStatus>(row.small());
    order.created_at = row.time();
    order.expires_at = row.time();
    order.flags = jobs::parse_words(row.view());
    order.review = jobs::parse_words(row.view());
    order.asked = row.small();
    order.asked_at = row.maybe_time();
    order.closed_at = row.maybe_time();
    order.paid_at = row.maybe_time();
    order.provider = row.text();
    order.trade = row.text();
    order.grant = row.integer();
    order.bonus_grant = row.integer();
    order.member_from = row.maybe_time();
    order.member_until = row.maybe_time();
    order.returns = jobs::parse_returns(row.view());
    order.revoked = row.credits();
    order.owed = row.credits();
    order.lost = row.credits();
    order.key = row.text();
    order.offer = row.text();
    order.ask_at = row.maybe_time();
    order.paid = row.integer();
    return order;
}

StoredNotice read_notice(Query& row) {
    StoredNotice stored{.number = row.integer()};
    auto& notice = stored.notice;
    notice.provider = row.text();
    notice.id = row.text();
    notice.form = row.text();
    notice.kind = row.text();
    notice.state = static_cast<jobs::PaymentState>(row.small());
    notice.order = row.text();
    notice.trade = row.text();
    notice.refund = row.text();
    notice.amount = row.maybe_integer();
    notice.currency = row.text();
    notice.returned = row.integer();
    notice.returned_in_all = row.flag();
    notice.happened_at = row.text();
    notice.doubts = jobs::parse_words(row.view());
    notice.received_at = row.time();
    notice.judged_at = row.time();
    notice.outcome = static_cast<jobs::NoticeOutcome>(row.small());
    notice.reasons = jobs::parse_words(row.view());
    notice.about = row.text();
    return stored;
}

void add(Loading& loading, Query& query) {
    while (query.step()) {
        auto order = read_order(query);
        if (loading.batch.orders.find(order.id) == nullptr) {
            loading.batch.orders.loaded.push_back({.order = std::move(order)});
        }
    }
}

void load_keys(Loading& loading) {
    static std::string const sql =
        select(order_columns,
               "orders WHERE account = (SELECT id FROM accounts WHERE user = ?) AND key = ?");
    for (auto const& [user, key] : loading.load.orders.keys) {
        if (!key.empty()) {
            Query query{loading.database, sql.c_str()};
            query.bind(user, key);
            if (query.step()) {
                loading.batch.orders.by_key.insert_or_assign({user, key}, read_order(query));
            }
        }
    }
}

void load_pending(Loading& loading) {
    for (auto const& user : loading.load.orders.pending_of) {
        Query query{
            loading.database,
            "SELECT count(*), coalesce(min(expires_at), 0) FROM orders WHERE status = 0 AND "
            "account = (SELECT id FROM accounts WHERE user = ?) AND expires_at > ?"};
        query.bind(user, loading.batch.now);
        if (query.step()) {
            auto& pending = loading.batch.orders.pending[user];
            pending.count = query.small();
            pending.first_end = query.time();
        }
    }
}

void insert_order(Database& database, jobs::Order const& order) {
    Query query{database,
                "INSERT INTO orders (id, account, bought, channel, amount, currency, status, "
                "created_at, expires_at, flags, review, asked, provider, trade, grant_number, "
                "bonus_number, returns, revoked, owed, lost, key, ask_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, '', '', 0, 0, '', 0, 0, 0, ?, ?)"};
    auto const bought = jobs::to_line(order.bought);
    query.bind(order.id, order.account, bought, order.channel, order.amount, order.currency,
               static_cast<int>(order.status), order.created_at, order.expires_at, order.key,
               order.ask_at);
    query.run();
}

void update_order(Database& database, jobs::Order const& order) {
    Query query{database,
                "UPDATE orders SET status = ?, flags = ?, review = ?, asked = ?, asked_at = ?, "
                "closed_at = ?, paid_at = ?, provider = ?, trade = ?, grant_number = ?, "
                "bonus_number = ?, member_from = ?, member_until = ?, returns = ?, revoked = ?, "
                "owed = ?, lost = ?, offer = ?, ask_at = ?, paid = ? WHERE id = ?"};
    auto const flags = jobs::to_line(order.flags);
    auto const review = jobs::to_line(order.review);
    auto const returns = jobs::to_lines(order.returns);
    query.bind(static_cast<int>(order.status), flags, review, order.asked, order.asked_at,
               order.closed_at, order.paid_at, order.provider, order.trade, order.grant,
               order.bonus_grant, order.member_from, order.member_until, returns, order.revoked,
               order.owed, order.lost, order.offer, order.ask_at, order.paid, order.id);
    query.run();
}

void insert_notice(Database& database, jobs::PaymentNotice const& notice) {
    Query query{database,
                "INSERT INTO payment_notices (provider, id, form, kind, state, order_id, trade, "
                "refund, amount, currency, returned, returned_in_all, happened_at, doubts, "
                "received_at, judged_at, outcome, reasons, about, headers, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    auto const doubts = jobs::to_line(notice.doubts);
    auto const reasons = jobs::to_line(notice.reasons);
    query.bind(notice.provider, notice.id, notice.form, notice.kind, static_cast<int>(notice.state),
               notice.order, notice.trade, notice.refund, notice.amount, notice.currency,
               notice.returned, notice.returned_in_all, notice.happened_at, doubts,
               notice.received_at, notice.judged_at, static_cast<int>(notice.outcome), reasons,
               notice.about, notice.headers, notice.body);
    query.run();
}

void update_notice(Database& database, jobs::PaymentNotice const& notice) {
    Query query{database,
                "UPDATE payment_notices SET judged_at = ?, outcome = ?, reasons = ?, about = ? "
                "WHERE provider = ? AND id = ?"};
    auto const reasons = jobs::to_line(notice.reasons);
    query.bind(notice.judged_at, static_cast<int>(notice.outcome), reasons, notice.about,
               notice.provider, notice.id);
    query.run();
}

// Each condition is there only where it is asked for, so that an index answers it.
std::string list_sql(OrderFilter const& filter) {
    std::string where = "orders WHERE id < ?1";
    where += filter.user.empty() ? " AND ?2 = ''"
                                 : " AND account = (SELECT id FROM accounts WHERE user = ?2)";
    where += filter.status ? " AND status = ?3" : " AND ?3 < 0";
    where += filter.in_review ? " AND review <> ''" : "";
    where += filter.kind.empty() ? " AND ?4 = ''" : " AND bought LIKE ?4 || ':%'";
    return select(order_columns, where + " ORDER BY id DESC LIMIT ?5");
}

std::string notices_sql(NoticeFilter const& filter) {
    std::string where = "payment_notices WHERE number < ?1";
    where += filter.order.empty() ? " AND ?2 = ''"
                                  : " AND ((about = ?2 AND about <> '') OR order_id = ?2)";
    where += filter.outcome ? " AND outcome = ?3" : " AND ?3 < 0";
    return select(lean_notice_columns, where + " ORDER BY number DESC LIMIT ?4");
}

}  // namespace

std::optional<jobs::Order> OrderShelf::find(std::string_view id) {
    static std::string const sql = select(order_columns, "orders WHERE id = ?");
    std::optional<jobs::Order> found;
    read_([&](Database& database) {
        Query query{database, sql.c_str()};
        query.bind(id);
        if (query.step()) {
            found = read_order(query);
        }
    });
    return found;
}

std::vector<jobs::Order> OrderShelf::list(OrderFilter const& filter) {
    std::vector<jobs::Order> list;
    auto const before = filter.before.empty() ? std::string{"~"} : filter.before;
    read_([&](Database& database) {
        Query query{database, list_sql(filter)};
        query.bind(before, filter.user, filter.status ? static_cast<int>(*filter.status) : -1,
                   filter.kind, filter.limit);
        while (query.step()) {
            list.push_back(read_order(query));
        }
    });
    return list;
}

std::vector<StoredNotice> OrderShelf::notices(NoticeFilter const& filter) {
    std::vector<StoredNotice> list;
    read_([&](Database& database) {
        Query query{database, notices_sql(filter)};
        query.bind(filter.before == 0 ? std::numeric_limits<std::int64_t>::max() : filter.before,
                   filter.order, filter.outcome ? static_cast<int>(*filter.outcome) : -1,
                   filter.limit);
        while (query.step()) {
            list.push_back(read_notice(query));
        }
    });
    return list;
}

std::optional<StoredNotice> OrderShelf::find_notice(jobs::NoticeId const& id) {
    static std::string const sql = select(std::string{lean_notice_columns} + ", headers, body",
                                          "payment_notices WHERE provider = ? AND id = ?");
    std::optional<StoredNotice> found;
    read_([&](Database& database) {
        Query query{database, sql.c_str()};
        query.bind(id.first, id.second);
        if (query.step()) {
            found = read_notice(query);
            found->notice.headers = query.text();
            found->notice.body = query.text();
        }
    });
    return found;
}

OrderCounts OrderShelf::counts() {
    OrderCounts counts;
    read_([&](Database& database) {
        Query query{database,
                    "SELECT (SELECT count(*) FROM orders WHERE status = 0), "
                    "(SELECT count(*) FROM payment_notices WHERE outcome = 4)"};
        query.step();
        counts.pending = query.integer();
        counts.in_review = query.integer();
    });
    return counts;
}

void load_orders(Loading& loading) {
    auto const& what = loading.load.orders;
    if (what.empty()) {
        return;
    }
    static std::string const by_id = select(order_columns, "orders WHERE id = ?");
    static std::string const by_trade =
        select(order_columns, "orders WHERE provider = ? AND trade = ? AND trade <> ''");
    static std::string const due =
        select(order_columns,
               "orders WHERE status = 0 AND ask_at IS NULL AND expires_at <= ? "
               "ORDER BY expires_at LIMIT ?");
    static std::string const to_ask =
        select(order_columns, "orders WHERE status = 0 AND ask_at <= ? ORDER BY ask_at LIMIT ?");
    static std::string const notice =
        select(lean_notice_columns, "payment_notices WHERE provider = ? AND id = ?");
    for (auto const& id : what.ids) {
        Query query{loading.database, by_id.c_str()};
        add(loading, query.bind(id));
    }
    for (auto const& [provider, trade] : what.trades) {
        Query query{loading.database, by_trade.c_str()};
        add(loading, query.bind(provider, trade));
    }
    for (auto const& id : what.notices) {
        Query query{loading.database, notice.c_str()};
        query.bind(id.first, id.second);
        if (query.step()) {
            loading.batch.orders.notices.emplace(id, read_notice(query).notice);
        }
    }
    if (what.closable > 0) {
        Query query{loading.database, due.c_str()};
        add(loading, query.bind(loading.batch.now, what.closable));
    }
    if (what.askable > 0) {
        Query query{loading.database, to_ask.c_str()};
        add(loading, query.bind(loading.batch.now, what.askable));
    }
    load_keys(loading);
    load_pending(loading);
}

void write_orders(Database& database, jobs::Orders const& orders) {
    for (auto const& order : orders.opened) {
        insert_order(database, order);
        if (order.status != jobs::OrderStatus::pending) {
            update_order(database, order);
        }
    }
    for (auto const& [order, changed] : orders.loaded) {
        if (changed) {
            update_order(database, order);
        }
    }
    for (auto const& notice : orders.told) {
        insert_notice(database, notice);
    }
    for (auto const& notice : orders.judged) {
        update_notice(database, notice);
    }
}

std::vector<jobs::Order> orders_of(Database& database, ledger::Account const& account) {
    static std::string const sql = select(order_columns, "orders WHERE account = ? ORDER BY id");
    std::vector<jobs::Order> list;
    Query query{database, sql.c_str()};
    query.bind(account.id);
    while (query.step()) {
        list.push_back(read_order(query));
    }
    return list;
}

}  // namespace adapters::sqlite
