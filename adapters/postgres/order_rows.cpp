// How orders and notices stand in rows.
#include "adapters/postgres/orders.h"
#include "adapters/postgres/text.h"

namespace adapters::postgres {

std::string_view const order_columns =
    "id, account, (SELECT user_id FROM {s}.accounts a WHERE a.id = account), bought, channel, "
    "amount, currency, status, created_at, expires_at, flags, review, asked, asked_at, closed_at, "
    "paid_at, provider, trade, grant_number, bonus_number, member_from, member_until, returns, "
    "revoked, owed, lost, key, offer, ask_at, paid";

std::string_view const notice_columns =
    "number, provider, id, form, kind, state, order_id, trade, refund, amount, currency, returned, "
    "returned_in_all, happened_at, doubts, received_at, judged_at, outcome, reasons, about";

namespace {

jobs::Bought bought_in(Row& row) {
    return jobs::parse_bought(row.view()).value_or(jobs::CreditsBought{});
}

}  // namespace

jobs::Order read_order(pqxx::row const& source) {
    Row row{source};
    jobs::Order order;
    order.id = row.text();
    order.account = {row.integer()};
    order.user = row.text();
    order.bought = bought_in(row);
    order.channel = row.text();
    order.amount = row.integer();
    order.currency = row.text();
    order.status = static_cast<jobs::OrderStatus>(row.small());
    order.created_at = row.time();
    order.expires_at = row.time();
    order.flags = jobs::parse_words(row.view());
    order.review = jobs::parse_words(row.view());
    order.asked = row.small();
    order.asked_at = row.nullable_time();
    order.closed_at = row.nullable_time();
    order.paid_at = row.nullable_time();
    order.provider = row.text();
    order.trade = row.text();
    order.grant = row.integer();
    order.bonus_grant = row.integer();
    order.member_from = row.nullable_time();
    order.member_until = row.nullable_time();
    order.returns = jobs::parse_returns(row.view());
    order.revoked = row.credits();
    order.owed = row.credits();
    order.lost = row.credits();
    order.key = row.text();
    order.offer = row.text();
    order.ask_at = row.nullable_time();
    order.paid = row.integer();
    return order;
}

StoredNotice read_notice(pqxx::row const& source) {
    Row row{source};
    StoredNotice stored{.number = row.integer(), .notice = {}};
    auto& notice = stored.notice;
    notice.provider = row.text();
    notice.id = row.text();
    notice.form = row.text();
    notice.kind = row.text();
    notice.state = static_cast<jobs::PaymentState>(row.small());
    notice.order = row.text();
    notice.trade = row.text();
    notice.refund = row.text();
    notice.amount = row.nullable_integer();
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

}  // namespace adapters::postgres
