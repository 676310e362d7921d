#include "adapters/postgres/orders.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "adapters/postgres/text.h"

namespace adapters::postgres {

namespace {

std::string maybe(std::optional<base::Timestamp> at) {
    return at ? literal(*at) : "NULL";
}

// Bytes as they came, whatever they are.
std::string bytes(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex = "'\\x";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex + "'";
}

std::string unhex(std::string_view text) {
    auto const value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string out;
    for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
        out += static_cast<char>(value(text[i]) * 16 + value(text[i + 1]));
    }
    return out;
}

Read adding_orders(Loading& loading) {
    return [&loading](pqxx::result const& rows) {
        for (auto const& row : rows) {
            auto order = read_order(row);
            if (loading.batch.orders.find(order.id) == nullptr) {
                loading.batch.orders.loaded.push_back({.order = std::move(order)});
            }
        }
    };
}

std::string sql_of(std::string_view more) {
    return fmt::format("SELECT {} FROM {{s}}.orders WHERE {}", order_columns, more);
}

std::string insert_order(Session const& session, jobs::Order const& order) {
    return session.sql(
        "INSERT INTO {s}.orders (id, account, bought, channel, amount, currency, status, "
        "created_at, expires_at, key, ask_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {literal(order.id), literal(order.account), literal(jobs::to_line(order.bought)),
         literal(order.channel), literal(order.amount), literal(order.currency),
         literal(static_cast<int>(order.status)), literal(order.created_at),
         literal(order.expires_at), literal(order.key), maybe(order.ask_at)});
}

std::string update_order(Session const& session, jobs::Order const& order) {
    return session.sql(
        "UPDATE {s}.orders SET status = ?, flags = ?, review = ?, asked = ?, asked_at = ?, "
        "closed_at = ?, paid_at = ?, provider = ?, trade = ?, grant_number = ?, bonus_number = ?, "
        "member_from = ?, member_until = ?, returns = ?, revoked = ?, owed = ?, lost = ?, "
        "offer = ?, ask_at = ?, paid = ? WHERE id = ?",
        {literal(static_cast<int>(order.status)),
         literal(jobs::to_line(order.flags)),
         literal(jobs::to_line(order.review)),
         literal(order.asked),
         maybe(order.asked_at),
         maybe(order.closed_at),
         maybe(order.paid_at),
         literal(order.provider),
         literal(order.trade),
         literal(order.grant),
         literal(order.bonus_grant),
         maybe(order.member_from),
         maybe(order.member_until),
         literal(jobs::to_lines(order.returns)),
         literal(order.revoked.value),
         literal(order.owed.value),
         literal(order.lost.value),
         literal(order.offer),
         maybe(order.ask_at),
         literal(order.paid),
         literal(order.id)});
}

std::string insert_notice(Session const& session, jobs::PaymentNotice const& notice) {
    return session.sql(
        "INSERT INTO {s}.payment_notices (provider, id, form, kind, state, order_id, trade, "
        "refund, amount, currency, returned, returned_in_all, happened_at, doubts, received_at, "
        "judged_at, outcome, reasons, about, headers, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {literal(notice.provider),
         literal(notice.id),
         literal(notice.form),
         literal(notice.kind),
         literal(static_cast<int>(notice.state)),
         literal(notice.order),
         literal(notice.trade),
         literal(notice.refund),
         notice.amount ? literal(*notice.amount) : "NULL",
         literal(notice.currency),
         literal(notice.returned),
         notice.returned_in_all ? "true" : "false",
         literal(notice.happened_at),
         literal(jobs::to_line(notice.doubts)),
         literal(notice.received_at),
         literal(notice.judged_at),
         literal(static_cast<int>(notice.outcome)),
         literal(jobs::to_line(notice.reasons)),
         literal(notice.about),
         literal(notice.headers),
         bytes(notice.body)});
}

std::string update_notice(Session const& session, jobs::PaymentNotice const& notice) {
    return session.sql(
        "UPDATE {s}.payment_notices SET judged_at = ?, outcome = ?, reasons = ?, about = ? "
        "WHERE provider = ? AND id = ?",
        {literal(notice.judged_at), literal(static_cast<int>(notice.outcome)),
         literal(jobs::to_line(notice.reasons)), literal(notice.about), literal(notice.provider),
         literal(notice.id)});
}

void ask_for_notices(Loading& loading, Trip& trip) {
    std::vector<std::string> providers;
    std::vector<std::string> ids;
    for (auto const& [provider, id] : loading.load.orders.notices) {
        providers.push_back(provider);
        ids.push_back(id);
    }
    if (ids.empty()) {
        return;
    }
    trip.ask(fmt::format("SELECT {} FROM {{s}}.payment_notices WHERE (provider, id) IN "
                         "(SELECT * FROM unnest(?::text[], ?::text[]))",
                         notice_columns),
             {literal(providers), literal(ids)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     auto notice = read_notice(row).notice;
                     jobs::NoticeId key{notice.provider, notice.id};
                     loading.batch.orders.notices.emplace(std::move(key), std::move(notice));
                 }
             });
}

void ask_for_orders(Loading& loading, Trip& trip) {
    auto const& what = loading.load.orders;
    std::vector<std::string> providers;
    std::vector<std::string> trades;
    for (auto const& [provider, trade] : what.trades) {
        providers.push_back(provider);
        trades.push_back(trade);
    }
    if (!what.ids.empty() || !trades.empty()) {
        // A condition for both at once would look at every order.
        trip.ask(sql_of("id IN (SELECT unnest(?::text[]) UNION SELECT o.id FROM "
                        "unnest(?::text[], ?::text[]) AS t (provider, trade) JOIN {s}.orders o ON "
                        "o.provider = t.provider AND o.trade = t.trade AND o.trade <> '') "
                        "ORDER BY id FOR UPDATE"),
                 {literal(what.ids), literal(providers), literal(trades)}, adding_orders(loading));
    }
    if (what.closable > 0) {
        trip.ask(sql_of(fmt::format("status = 0 AND ask_at IS NULL AND expires_at <= {} "
                                    "ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED",
                                    now_expression(loading))),
                 {literal(what.closable)}, adding_orders(loading));
    }
    if (what.askable > 0) {
        trip.ask(sql_of(fmt::format("status = 0 AND ask_at <= {} ORDER BY ask_at LIMIT ? "
                                    "FOR UPDATE SKIP LOCKED",
                                    now_expression(loading))),
                 {literal(what.askable)}, adding_orders(loading));
    }
}

void ask_for_order_keys(Loading& loading, Trip& trip) {
    for (auto const& [user, key] : loading.load.orders.keys) {
        if (key.empty()) {
            continue;
        }
        trip.ask(sql_of("account = (SELECT a.id FROM {s}.accounts a WHERE a.user_id = ?) AND "
                        "key = ? AND key <> ''"),
                 {literal(user), literal(key)}, [&loading](pqxx::result const& rows) {
                     for (auto const& row : rows) {
                         auto order = read_order(row);
                         std::pair const name{order.user, order.key};
                         loading.batch.orders.by_key.insert_or_assign(name, std::move(order));
                     }
                 });
    }
}

void ask_for_pending(Loading& loading, Trip& trip) {
    for (auto const& user : loading.load.orders.pending_of) {
        trip.ask(
            "SELECT count(*), coalesce(min(expires_at), 0) FROM {s}.orders WHERE status = 0 AND "
            "account = (SELECT a.id FROM {s}.accounts a WHERE a.user_id = ?) AND expires_at > " +
                now_expression(loading),
            {literal(user)}, [&loading, &user](pqxx::result const& rows) {
                Row row{rows[0]};
                auto& pending = loading.batch.orders.pending[user];
                pending.count = static_cast<int>(row.integer());
                pending.first_end = row.time();
            });
    }
}

}  // namespace

std::optional<jobs::Order> OrderShelf::find(std::string_view id) {
    std::optional<jobs::Order> found;
    run_([&](Session& session) {
        auto const rows = session.look(session.sql(sql_of("id = ?"), {literal(id)}));
        found = rows.empty() ? std::nullopt : std::optional{read_order(rows[0])};
    });
    return found;
}

std::vector<jobs::Order> OrderShelf::list(OrderFilter const& filter) {
    std::string where = "id < ?";
    where += filter.user.empty()
                 ? " AND ? = ''"
                 : " AND account = (SELECT a.id FROM {s}.accounts a WHERE a.user_id = ?)";
    where += filter.status ? " AND status = ?" : " AND ? < 0";
    where += filter.kind.empty() ? " AND ? = ''" : " AND bought LIKE ? || ':%'";
    where += filter.in_review ? " AND review <> ''" : "";
    std::vector<jobs::Order> list;
    run_([&](Session& session) {
        list.clear();
        auto const rows = session.look(
            session.sql(sql_of(where + " ORDER BY id DESC LIMIT ?"),
                        {literal(filter.before.empty() ? "~" : filter.before), literal(filter.user),
                         literal(filter.status ? static_cast<int>(*filter.status) : -1),
                         literal(filter.kind), literal(filter.limit)}));
        for (auto const& row : rows) {
            list.push_back(read_order(row));
        }
    });
    return list;
}

std::vector<StoredNotice> OrderShelf::notices(NoticeFilter const& filter) {
    std::string where = "number < ?";
    where += filter.order.empty() ? " AND ? = '' AND ? = ''"
                                  : " AND ((about = ? AND about <> '') OR order_id = ?)";
    where += filter.outcome ? " AND outcome = ?" : " AND ? < 0";
    std::vector<StoredNotice> list;
    run_([&](Session& session) {
        list.clear();
        auto const rows = session.look(session.sql(
            fmt::format("SELECT {} FROM {{s}}.payment_notices WHERE {} ORDER BY number DESC "
                        "LIMIT ?",
                        notice_columns, where),
            {literal(filter.before == 0 ? std::numeric_limits<std::int64_t>::max() : filter.before),
             literal(filter.order), literal(filter.order),
             literal(filter.outcome ? static_cast<int>(*filter.outcome) : -1),
             literal(filter.limit)}));
        for (auto const& row : rows) {
            list.push_back(read_notice(row));
        }
    });
    return list;
}

std::optional<StoredNotice> OrderShelf::find_notice(jobs::NoticeId const& id) {
    std::optional<StoredNotice> found;
    run_([&](Session& session) {
        found.reset();
        auto const rows = session.look(session.sql(
            fmt::format("SELECT {}, headers, body FROM {{s}}.payment_notices WHERE provider = ? "
                        "AND id = ?",
                        notice_columns),
            {literal(id.first), literal(id.second)}));
        if (!rows.empty()) {
            found = read_notice(rows[0]);
            found->notice.headers = rows[0][20].c_str();
            found->notice.body = unhex(rows[0][21].c_str());
        }
    });
    return found;
}

OrderCounts OrderShelf::counts() {
    OrderCounts counts;
    run_([&](Session& session) {
        auto const rows = session.look(
            session.sql("SELECT (SELECT count(*) FROM {s}.orders WHERE status = 0), "
                        "(SELECT count(*) FROM {s}.payment_notices WHERE outcome = 4)"));
        Row row{rows[0]};
        counts.pending = row.integer();
        counts.in_review = row.integer();
    });
    return counts;
}

void load_orders(Loading& loading) {
    Trip trip{loading.transaction};
    ask_for_orders(loading, trip);
    ask_for_notices(loading, trip);
    trip.go();
}

void load_order_keys(Loading& loading) {
    auto const& what = loading.load.orders;
    if (!what.keys.empty() || !what.pending_of.empty()) {
        Trip trip{loading.transaction};
        ask_for_order_keys(loading, trip);
        ask_for_pending(loading, trip);
        trip.go();
    }
}

std::vector<std::string> owners_of(Loading const& loading) {
    auto const& what = loading.load.orders;
    std::set<std::string> users;
    for (auto const& [order, changed] : loading.batch.orders.loaded) {
        if (!what.ids.empty() || !what.trades.empty()) {
            users.insert(order.user);
        }
    }
    return {users.begin(), users.end()};
}

void write_orders(Session const& session, jobs::Orders const& orders, Writes& out) {
    for (auto const& order : orders.opened) {
        out.statements.push_back(insert_order(session, order));
        if (order.status != jobs::OrderStatus::pending) {
            out.statements.push_back(update_order(session, order));
        }
    }
    for (auto const& [order, changed] : orders.loaded) {
        if (changed) {
            out.statements.push_back(update_order(session, order));
        }
    }
    for (auto const& notice : orders.told) {
        out.statements.push_back(insert_notice(session, notice));
    }
    for (auto const& notice : orders.judged) {
        out.statements.push_back(update_notice(session, notice));
    }
}

}  // namespace adapters::postgres
