// Which of Stripe's events say something about an order, and where. Money is counted by the payment
// intent: it is the same in the events of the checkout, the charge and the dispute.
#include <algorithm>
#include <array>

#include <boost/json/value.hpp>

#include "adapters/payments/members.h"
#include "adapters/payments/stripe.h"
#include "adapters/payments/text.h"
#include "adapters/plain_json.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

// The order's id, where whoever opened the payment has put it.
std::string order_of(Members& members, json::object const& object) {
    auto order = members.id(object, "client_reference_id");
    auto const* const metadata = Members::inside(object, "metadata");
    return order.empty() && metadata != nullptr ? members.id(*metadata, "order_id") : order;
}

// Its id, or the whole object with its id in it.
std::string payment_intent_of(Members& members, json::object const& object) {
    auto const* const whole = Members::inside(object, "payment_intent");
    return whole == nullptr ? members.id(object, "payment_intent")
                            : members.needed_id(*whole, "id");
}

void read_common(Members& members, json::object const& object, Notice& notice) {
    notice.order = order_of(members, object);
    notice.currency = upper(members.id(object, "currency"));
    notice.trade = payment_intent_of(members, object);
    if (notice.trade.empty()) {
        notice.trade = members.needed_id(object, "id");
    }
}

void need_amount(Members& members, Notice& notice, json::object const& object,
                 std::string_view name) {
    notice.amount = members.amount(object, name);
    if (!notice.amount) {
        members.fail(Why::missing, name);
    }
}

// Some ways to pay take days: then the checkout is completed, and not yet paid.
void read_checkout(Members& members, json::object const& session, Notice& notice) {
    read_common(members, session, notice);
    notice.amount = members.amount(session, "amount_total");
    if (notice.state == State::paid) {
        need_amount(members, notice, session, "amount_total");
        notice.state =
            members.needed_id(session, "payment_status") == "unpaid" ? State::pending : State::paid;
    }
}

void read_intent(Members& members, json::object const& intent, Notice& notice) {
    read_common(members, intent, notice);
    need_amount(members, notice, intent,
                notice.state == State::paid && intent.contains("amount_received")
                    ? "amount_received"
                    : "amount");
}

void read_charge(Members& members, json::object const& charge, Notice& notice) {
    read_common(members, charge, notice);
    notice.refund = members.needed_id(charge, "id");
    need_amount(members, notice, charge, "amount");
    auto const returned = members.amount(charge, "amount_refunded");
    if (!returned) {
        members.fail(Why::missing, "amount_refunded");
    }
    notice.returned = returned.value_or(0);
    notice.returned_in_all = true;
}

// A dispute that only warns is a question of the bank: no money has moved.
void read_dispute(Members& members, json::object const& dispute, Notice& notice) {
    read_common(members, dispute, notice);
    if (Members::plain(dispute, "status").starts_with("warning_")) {
        notice.state = State::other;
    }
    notice.refund = members.needed_id(dispute, "id");
    auto const returned = members.amount(dispute, "amount");
    if (!returned) {
        members.fail(Why::missing, "amount");
    }
    notice.returned = returned.value_or(0);
}

struct Kind {
    std::string_view type;
    State state;
    void (*read)(Members&, json::object const&, Notice&);
};

constexpr std::array<Kind, 8> kinds{
    {{"checkout.session.completed", State::paid, read_checkout},
     {"checkout.session.async_payment_succeeded", State::paid, read_checkout},
     {"checkout.session.async_payment_failed", State::closed, read_checkout},
     {"checkout.session.expired", State::closed, read_checkout},
     {"payment_intent.succeeded", State::paid, read_intent},
     {"payment_intent.canceled", State::closed, read_intent},
     {"charge.refunded", State::refunded, read_charge},
     {"charge.dispute.created", State::chargeback, read_dispute}}};

void read_object(Members& members, json::object const& event, Notice& notice) {
    auto const* const found = std::ranges::find(kinds, notice.kind, &Kind::type);
    if (found == kinds.end()) {
        return;
    }
    auto const* const data = Members::inside(event, "data");
    auto const* const object = data == nullptr ? nullptr : Members::inside(*data, "object");
    if (object == nullptr) {
        members.fail(Why::missing, "data.object");
        return;
    }
    notice.state = found->state;
    found->read(members, *object, notice);
}

}  // namespace

Verdict read_stripe_event(json::object const& event) {
    Members members{Form::stripe};
    Notice notice{.form = Form::stripe};
    notice.id = members.needed_id(event, "id");
    notice.kind = members.needed_id(event, "type");
    notice.merchant = members.id(event, "account");
    auto const created = members.amount(event, "created");
    notice.sent_at = created ? std::to_string(*created) : "";
    notice.happened_at = notice.sent_at;
    auto const* const live = event.if_contains("livemode");
    if (live == nullptr || !live->is_bool()) {
        members.fail(Why::missing, "livemode");
    }
    notice.live = live != nullptr && live->is_bool() && live->get_bool();
    read_object(members, event, notice);
    return std::move(members).verdict(std::move(notice));
}

}  // namespace adapters::payments
