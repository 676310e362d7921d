// Whatever is sent as an event of Stripe: never a crash, and nothing unsigned is believed. Really
// signed, it is read, and says nothing impossible.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/payments/crypto.h"
#include "adapters/payments/stripe.h"
#include "base/check.h"
#include "base/hmac.h"

namespace {

using namespace adapters::payments;

auto const now = base::from_ms(1'800'000'000'000);

Stripe const stripe{.secrets = {"whsec_fuzz"}};

void check_header(std::string_view header) {
    Headers const headers{{"Stripe-Signature", std::string{header}}};
    CHECK(!verify_stripe(stripe, {.headers = headers, .body = "{}", .now = now}));
}

void check_body(std::string_view body) {
    auto const code = base::hex(base::hmac_sha256("whsec_fuzz", "1800000000." + std::string{body}));
    Headers const headers{{"stripe-signature", "t=1800000000,v1=" + code}};
    auto const notice = verify_stripe(stripe, {.headers = headers, .body = body, .now = now});
    if (!notice) {
        CHECK(notice.error().why != Why::bad_signature && notice.error().why != Why::stale);
        return;
    }
    CHECK(!notice->id.empty() && !notice->kind.empty());
    CHECK(notice->amount.value_or(0) >= 0 && notice->returned >= 0);
    CHECK(notice->state == State::other || !notice->trade.empty());
    CHECK(notice->state != State::paid || notice->amount);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    check_header(text);
    check_body(text);
    return 0;
}
