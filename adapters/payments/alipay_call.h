// How calls to Alipay's gateway are signed, whatever they are for.
#pragma once

#include <string>
#include <string_view>

#include "adapters/payments/alipay.h"

namespace adapters::payments {

struct AlipayRequest {
    std::string_view method;  // "alipay.trade.query"
    std::string content;      // JSON
    Fields more;              // of this method, signed along; empty values are left out
};

// All fields, the signature last.
Fields alipay_fields(AlipayAccount const& account, PrivateKey const& key,
                     AlipayRequest const& request, base::Timestamp now);

// As a form or a query has them.
std::string form_of(Fields const& fields);

// "2027-01-15 16:00:00" by Alipay's clocks, which don't know summer time.
std::string alipay_time(base::Timestamp at);

}  // namespace adapters::payments
