// What stands behind the callback addresses.
#pragma once

#include <memory>

#include "adapters/payments.h"
#include "adapters/payments/alipay.h"
#include "adapters/payments/stripe.h"
#include "adapters/payments/wechat_v2.h"
#include "adapters/payments/wechat_v3.h"

namespace adapters::payments {

// Keys outlive the receivers, since they are shared with those who ask.

// One address for both forms, of which one may be null: what begins with '<' is v2.
std::unique_ptr<Receiver> make_wechat_receiver(WechatV3 const* v3, WechatV2 const* v2);

std::unique_ptr<Receiver> make_alipay_receiver(Alipay const& alipay);
std::unique_ptr<Receiver> make_stripe_receiver(Stripe const& stripe);

}  // namespace adapters::payments
