// Orders are opened, and closed when their time is up. What pays them is payment_notices.h.
#pragma once

#include <optional>
#include <string>

#include "jobs/batch.h"
#include "jobs/order.h"
#include "jobs/rules.h"

namespace jobs {

// What an order is to be opened for, whatever it buys.
struct OrderRequest {
    std::string user;
    Bought bought;
    std::int64_t amount = 0;  // more than zero, in minor units
    std::string currency = "CNY";
    std::string channel;
    // 19 lower-case letters and digits that nobody can guess: the end of the order's id.
    std::string secret;
};

inline constexpr std::size_t order_secret_size = 19;
inline constexpr std::size_t order_id_size = 32;

// Whether that can be the id of an order.
bool is_order_id(std::string_view text);

std::string new_order_id(base::Timestamp now, std::string_view secret);

enum class OrderOutcome : std::uint8_t {
    opened,
    unknown_package,  // or one that is not sold now
    overflow,         // the account could not hold what it grants
};

struct Opened {
    OrderOutcome outcome = OrderOutcome::opened;
    Order order;
};

struct RechargeRequest {
    std::string user;
    std::string package;
    std::string channel;
    std::string secret;  // as in OrderRequest
};

// Whether it is sold at that time.
bool on_sale(Package const& package, base::Timestamp now);

// The package on sale of that name; null: there is none.
Package const* find_package(RechargeRules const& rules, std::string_view name, base::Timestamp now);

// What the package grants somebody of that tier; none: more than can be counted. Credits and bonus
// are multiplied together and rounded once, up; the bonus is what the credits alone would not be.
std::optional<CreditsBought> bought_of(Package const& package, RechargeRules const& rules,
                                       std::string_view tier);

Load load_for_order(std::string const& user);

// Opens the account, with its gift, if this is its first use.
Opened open_order(Batch& batch, OrderRequest const& what, Rules const& rules);
Opened open_recharge(Batch& batch, RechargeRequest const& what, Rules const& rules);

// Closes pending orders whose time is up; says how many. Those that are asked about once more
// (questions.h) are closed with the answer.
Load load_for_closing(int orders);
int close_due(Batch& batch);

}  // namespace jobs
