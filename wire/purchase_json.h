// How orders, packages and terms of membership look as JSON (design: interface). Values in, values
// out.
#pragma once

#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "adapters/order_book.h"
#include "jobs/orders.h"
#include "jobs/payment_notices.h"
#include "jobs/purchase.h"
#include "wire/json.h"

namespace wire {

// What its owner sees: {"order_id","kind","amount_fen","credits","bonus","status","expires_at",…}
boost::json::object order_json(jobs::Order const& order);

// The same with everything that an operator wants to know.
boost::json::object whole_order_json(jobs::Order const& order);

// {"type":"qr_code"|"redirect"|"simulate"|"external", …} of what stands in Order::offer.
boost::json::object pay_json(std::string_view offer, std::string_view order);

boost::json::object notice_json(adapters::StoredNotice const& stored);

// {"notices":[…],"next_cursor"?}: as orders_json.
boost::json::object notices_json(std::vector<adapters::StoredNotice> const& notices, int limit);

// {"number","decision","outcome","order"?}: what a person has decided, and what came of it.
boost::json::object reviewed_json(std::int64_t number, std::string_view decision,
                                  jobs::NoticeTaken const& taken);

// {"orders":[…],"next_cursor"?}: of `limit` + 1 orders the last one only says that there is more.
boost::json::object orders_json(std::vector<jobs::Order> const& orders, int limit,
                                boost::json::object (*show)(jobs::Order const&));

// What somebody of that tier gets for each package that is on sale.
boost::json::object packages_json(jobs::RechargeRules const& rules, std::string_view tier,
                                  base::Timestamp now, std::vector<std::string> const& channels);

boost::json::object memberships_json(std::vector<jobs::Membership> const& memberships,
                                     std::vector<std::string> const& channels);

// `opened` and `repeated` are none.
Refusal refusal_of(jobs::Purchased const& answer, jobs::Purchase const& what);

Refusal unknown_order(std::string_view id);

}  // namespace wire
