#include "adapters/payments/stripe.h"

#include <algorithm>
#include <optional>

#include "adapters/payments/crypto.h"
#include "adapters/payments/members.h"
#include "adapters/payments/text.h"
#include "adapters/plain_json.h"
#include "base/hmac.h"

namespace adapters::payments {

namespace {

constexpr auto header_name = "Stripe-Signature";
constexpr std::size_t hmac_size = 64;
constexpr std::size_t most_signatures = 16;

std::unexpected<Refusal> refuse_stripe(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::stripe, .why = why, .what = std::string{what}}};
}

struct Signed {
    std::string_view timestamp;
    std::vector<std::string_view> signatures;
};

// "t=…,v1=…,v1=…"; other schemes are overlooked.
std::expected<Signed, Why> read_header(std::string_view header) {
    Signed found;
    for (bool more = true; more;) {
        auto const end = header.find(',');
        auto const part = header.substr(0, end);
        if (part.starts_with("t=")) {
            if (!found.timestamp.empty()) {
                return std::unexpected{Why::ambiguous};
            }
            found.timestamp = part.substr(2);
        } else if (part.starts_with("v1=")) {
            if (found.signatures.size() == most_signatures) {
                return std::unexpected{Why::malformed};
            }
            found.signatures.push_back(part.substr(3));
        }
        more = end != std::string_view::npos;
        header.remove_prefix(more ? end + 1 : header.size());
    }
    if (found.timestamp.empty() || found.signatures.empty()) {
        return std::unexpected{Why::malformed};
    }
    return found;
}

bool is_signed(Stripe const& stripe, Signed const& parts, std::string_view body) {
    std::string text{parts.timestamp};
    text.append(".").append(body);
    bool good = false;
    for (auto const& secret : stripe.secrets) {
        auto const wanted = base::hex(base::hmac_sha256(secret, text));
        for (auto const signature : parts.signatures) {
            good = (signature.size() == hmac_size && base::same_secret(wanted, signature)) || good;
        }
    }
    return good;
}

}  // namespace

Verdict verify_stripe(Stripe const& stripe, RawRequest const& request) {
    if (request.body.size() > most_body) {
        return refuse_stripe(Why::too_large, "body");
    }
    auto const header = header_once(request.headers, header_name);
    if (!header) {
        return refuse_stripe(header.error().why, header_name);
    }
    auto const parts = read_header(*header);
    if (!parts) {
        return refuse_stripe(parts.error(), header_name);
    }
    auto const seconds = whole_number(parts->timestamp);
    if (!seconds || *seconds > 99'999'999'999) {
        return refuse_stripe(Why::malformed, header_name);
    }
    if (!is_near(*seconds, request.now, stripe.tolerance)) {
        return refuse_stripe(Why::stale, header_name);
    }
    if (!is_signed(stripe, *parts, request.body)) {
        return refuse_stripe(Why::bad_signature, header_name);
    }
    auto const event = plain_object(request.body, deepest_json);
    return event ? read_stripe_event(*event) : refuse_stripe(Why::malformed, "body");
}

}  // namespace adapters::payments
