// The platforms' side: keys, certificates, seals and signatures, and notices as each would send
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/payments/crypto.h"
#include "adapters/payments/fields.h"
#include "adapters/payments/wechat_v3.h"

namespace tests {

namespace payments = adapters::payments;

inline constexpr std::int64_t now_seconds = 1'800'000'000;
inline base::Timestamp const now = base::from_ms(now_seconds * 1'000);

class RsaHand {
public:
    explicit RsaHand(unsigned bits = 2048);

    [[nodiscard]] std::string sign(std::string_view text) const;  // in base64
    [[nodiscard]] std::string public_pem() const;
    [[nodiscard]] std::string private_pem() const;
    [[nodiscard]] std::string public_base64() const;   // without a frame
    [[nodiscard]] std::string private_base64() const;  // PKCS#8 without a frame

    // Signed by itself, valid for a day before and after these seconds.
    [[nodiscard]] std::string certificate(std::string const& serial_hex,
                                          std::int64_t around = now_seconds) const;

    [[nodiscard]] payments::PublicKey public_key() const;
    [[nodiscard]] payments::PrivateKey private_key() const;

private:
    payments::RawKey key_;
};

// Generating takes a while, and tests can share.
RsaHand const& one_hand();
RsaHand const& other_hand();

std::string seal_gcm(std::string_view key, std::string_view nonce, std::string_view associated,
                     std::string_view text);
std::string seal_ecb(std::string_view key, std::string_view text);
std::string hmac_hex(std::string_view secret, std::string_view text);

// Each value escaped.
std::string to_form(payments::Fields const& fields);

// "ok paid O1 T1 100 CNY" or "bad_signature: Wechatpay-Signature": what tests compare.
std::string told(payments::Verdict const& verdict);

}  // namespace tests
