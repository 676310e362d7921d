// Stripe's webhooks: JSON that is signed by HMAC-SHA256 over its time and its bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "adapters/payments.h"

namespace adapters::payments {

struct Stripe {
    std::vector<std::string> secrets;  // of the endpoint ("whsec_…"); two while one is rotated
    base::Millis tolerance{300'000};
};

Verdict verify_stripe(Stripe const& stripe, RawRequest const& request);

// What a proven event says.
Verdict read_stripe_event(boost::json::object const& event);

}  // namespace adapters::payments
