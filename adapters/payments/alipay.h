// Alipay: forms that are signed by RSA with SHA-256 ("RSA2").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments.h"
#include "adapters/payments/crypto.h"
#include "adapters/payments/fields.h"

namespace adapters::payments {

struct Alipay {
    std::vector<PublicKey> keys;  // Alipay's, not the app's; several while it is changed
};

bool is_signed_by_alipay(Alipay const& alipay, std::string_view text, std::string_view sign);

Verdict verify_alipay(Alipay const& alipay, RawRequest const& request);

// What the fields of a proven notice say.
Verdict read_alipay_notice(Fields const& fields);

// Who asks, and in what name.
struct AlipayAccount {
    std::string app;
    std::string seller;
    std::string gateway_url;  // "https://openapi.alipay.com/gateway.do"
};

// Asks by order id. Answers are proven with the keys of `alipay`, which lives as long as the
// result.
std::unique_ptr<Inquirer> make_alipay_inquirer(Alipay const& alipay, AlipayAccount account,
                                               PrivateKey key);

// Has orders paid on a page of Alipay's that a browser is sent to: signed here, without any call.
std::unique_ptr<Cashier> make_alipay_cashier(AlipayAccount account, PrivateKey key);

// The object of that name in an answer of the gateway as the bytes that were signed; empty: there
// is none. The answer must be JSON, its name and value on the outermost level.
std::string_view raw_member(std::string_view json, std::string_view name);

}  // namespace adapters::payments
