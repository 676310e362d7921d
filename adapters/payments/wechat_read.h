// What WeChat's JSON says, once it is proven and open.
#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/payments.h"

namespace adapters::payments {

// A payment, of a notice or as the answer to a question; without id and kind.
Verdict read_wechat_payment(boost::json::object const& payment);

// A refund; without id and kind.
Verdict read_wechat_refund(boost::json::object const& refund);

}  // namespace adapters::payments
