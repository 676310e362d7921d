// A recharge order: what is to be paid, what it grants once it is, and what became of it. All that
// it grants is frozen when it is opened, so that a price list that changes meanwhile changes
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"

namespace jobs {

enum class OrderStatus : std::uint8_t {
    pending,   // nothing was paid yet
    paid,      // and granted
    refunded,  // paid, and all of the money was given back
    closed,    // its time was up, or the platform said that it won't be paid
};

std::string_view to_text(OrderStatus status);
std::optional<OrderStatus> parse_order_status(std::string_view text);

struct CreditsBought {
    std::string package;
    base::Credits credits;  // the tier's multiplier is in them already, as in the bonus
    base::Credits bonus;
    std::optional<base::Millis> life;  // of the credits, from the payment on; none: for ever
    base::Rate multiplier = base::one;

    friend bool operator==(CreditsBought const&, CreditsBought const&) = default;
};

struct TermBought {
    std::string name;  // "month"
    int months = 1;

    friend bool operator==(TermBought const&, TermBought const&) = default;
};

using Bought = std::variant<CreditsBought, TermBought>;

// Money that went back to the payer.
struct Return {
    std::string id;     // the platform's, of the refund or dispute
    std::string trade;  // of which payment
    std::int64_t amount = 0;
    bool chargeback = false;
    base::Timestamp at;

    friend bool operator==(Return const&, Return const&) = default;
};

using Words = std::set<std::string, std::less<>>;

struct Order {
    std::string id;  // 32 lower-case letters and digits; the first 13 are its time, so ids sort
    base::AccountId account;
    std::string user;
    Bought bought;
    std::string channel;      // whom it is to be paid by: "wechat", "alipay", "stripe", "simulate"
    std::int64_t amount = 0;  // to be paid, in minor units (fen, cents)
    std::string currency;     // upper case
    OrderStatus status = OrderStatus::pending;
    base::Timestamp created_at;
    base::Timestamp expires_at;  // it is closed then; a later payment is honoured and flagged

    Words flags;   // "late", "other_channel", "refunded_first", "simulated", "overruled"
    Words review;  // why a person has to look at it: "wrong_amount", "second_payment", …

    std::string key;    // its caller's own name for it, unique to the account; empty: none
    std::string offer;  // how it can be paid, once its platform has said so

    // How often, and when last, the platform was asked about it, and when it is to be asked next;
    // none: it can't be, or need not.
    int asked = 0;
    std::optional<base::Timestamp> asked_at;
    std::optional<base::Timestamp> ask_at;

    std::optional<base::Timestamp> closed_at;
    std::optional<base::Timestamp> paid_at;
    std::int64_t paid = 0;  // that much was, in the units of `amount`; 0: as was ordered
    std::string provider;   // whose payment it was: "wechat", …
    std::string trade;      // its id of the payment
    // The numbers of its grants within the account; 0: none.
    std::int64_t grant = 0;
    std::int64_t bonus_grant = 0;
    // Of a term: what it added to the membership.
    std::optional<base::Timestamp> member_from;
    std::optional<base::Timestamp> member_until;

    std::vector<Return> returns;
    base::Credits revoked;  // taken out of its grants again
    base::Credits owed;     // had been spent, and is the account's debt
    base::Credits lost;     // had been spent, and is the operator's loss

    [[nodiscard]] bool was_paid() const { return paid_at.has_value(); }

    friend bool operator==(Order const&, Order const&) = default;
};

// What it granted, or will.
base::Credits granted_by(Order const& order);

// What was paid for it, or is to be: a person may have accepted another amount than was ordered.
std::int64_t paid_for(Order const& order);

// Of its own payment, so far; never more than was paid.
std::int64_t returned_of(Order const& order);

// The reference of the entry of a payment: one payment, one effect. `kind` is "order" or "bonus".
std::string payment_reference(std::string_view kind, std::string_view provider,
                              std::string_view trade);

// The forms in which stores keep these. Words are separated by commas; of returns each is a line.
std::string to_line(Words const& words);
Words parse_words(std::string_view line);
std::string to_lines(std::vector<Return> const& returns);
std::vector<Return> parse_returns(std::string_view lines);
// "credits:50:500:50:-:1.2" or "term:month:1"; none for anything else.
std::string to_line(Bought const& bought);
std::optional<Bought> parse_bought(std::string_view line);

// ---- notices ------------------------------------------------------------------------------------

enum class PaymentState : std::uint8_t { paid, refunded, chargeback, closed, pending, other };

std::string_view to_text(PaymentState state);
std::optional<PaymentState> parse_payment_state(std::string_view text);

// What became of a notice.
enum class NoticeOutcome : std::uint8_t {
    paid,      // it paid its order
    returned,  // money went back, and what was granted for it with it
    closed,    // it closed its order
    noted,     // nothing was to be done: `reasons` may say why
    review,    // a person has to look at it: `reasons` says why
};

std::string_view to_text(NoticeOutcome outcome);
std::optional<NoticeOutcome> parse_notice_outcome(std::string_view text);

// What a platform has said, proven to be from it. One notice is one row for ever, by its provider
// and id; only what became of it may change, when a person has it judged again.
struct PaymentNotice {
    std::string provider;  // "wechat", "alipay", "stripe", "simulate"
    std::string id;
    std::string form;  // of a provider's several: "wechat_v3"
    std::string kind;  // the platform's own word: "TRANSACTION.SUCCESS"
    PaymentState state = PaymentState::other;
    std::string order;  // as it names it; it may be none of ours, or empty
    std::string trade;
    std::string refund;
    std::optional<std::int64_t> amount;  // of the order, in minor units
    std::string currency;
    std::int64_t returned = 0;
    bool returned_in_all = false;  // `returned` is all that was ever refunded
    std::string happened_at;
    Words doubts;         // that it has whatever the order is: "wrong_merchant", "unproven", …
    std::string headers;  // those that its proof needs, a line each
    std::string body;     // as it came; may be empty in a batch and in lists

    base::Timestamp received_at;  // this and the rest is written by the decision
    base::Timestamp judged_at;
    NoticeOutcome outcome = NoticeOutcome::noted;
    Words reasons;
    std::string about;  // the id of our order that it was taken for; empty: none

    friend bool operator==(PaymentNotice const&, PaymentNotice const&) = default;
};

using Trade = std::pair<std::string, std::string>;     // provider, its id of a payment
using NoticeId = std::pair<std::string, std::string>;  // provider, its id of a notice

// ---- what a batch has of them -------------------------------------------------------------------

// Orders are locked before accounts. The wallets of those who have the orders come with them.
struct OrderLoad {
    std::vector<std::string> ids;
    std::vector<Trade> trades;      // the orders that these have paid
    std::vector<NoticeId> notices;  // those that were stored before, without their bodies
    int closable = 0;  // pending orders whose time is up and that nobody asks about, so many
    int askable = 0;   // pending orders whose next question is due, at most so many
    std::vector<std::pair<std::string, std::string>> keys;  // (user, key) -> Orders::by_key
    std::vector<std::string> pending_of;                    // users -> Orders::pending

    // Whether any are locked, or notices read: before everything else.
    [[nodiscard]] bool comes_first() const {
        return !ids.empty() || !trades.empty() || !notices.empty() || closable > 0 || askable > 0;
    }

    [[nodiscard]] bool empty() const {
        return !comes_first() && keys.empty() && pending_of.empty();
    }
};

// The pending orders of one account that can still be paid: those whose time is up only wait for
// the last answer of their platform.
struct Pending {
    int count = 0;
    base::Timestamp first_end;  // of the one that ends first
};

struct LoadedOrder {
    Order order;
    bool changed = false;  // set by the decision: to be written
};

struct Orders {
    std::vector<LoadedOrder> loaded;
    std::map<NoticeId, PaymentNotice> notices;
    std::map<std::pair<std::string, std::string>, Order> by_key;
    std::map<std::string, Pending, std::less<>> pending;  // by user; missing: none

    // Written by the decision.
    std::vector<Order> opened;
    std::vector<PaymentNotice> told;    // new
    std::vector<PaymentNotice> judged;  // stored before: another outcome

    LoadedOrder* find(std::string_view id);
    LoadedOrder* paid_by(std::string_view provider, std::string_view trade);
};

}  // namespace jobs
