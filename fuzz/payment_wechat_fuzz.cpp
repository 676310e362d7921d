// Whatever is sent as a notice of WeChat Pay v3, with headers of its own choice: never a crash, and
// nothing is believed. What stands inside of sealed notices, and in answers, is read as if it were
// genuine: an amount is never negative, a payment always has its order.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/payments/members.h"
#include "adapters/payments/text.h"
#include "adapters/payments/wechat_read.h"
#include "adapters/payments/wechat_v3.h"
#include "adapters/plain_json.h"
#include "base/base64.h"
#include "base/check.h"
#include "tests/payments/hand.h"

namespace {

using namespace adapters::payments;

auto const now = base::from_ms(1'800'000'000'000);

WechatV3 const& keys() {
    static WechatV3 const wechat = [] {
        WechatV3 made{.api_key = std::string(32, 'k')};
        made.keys.push_back({"AB12", tests::one_hand().public_key(), std::nullopt});
        return made;
    }();
    return wechat;
}

// Lines up to an empty one are headers, the rest is the body.
void check_request(std::string_view text) {
    Headers headers;
    while (!text.empty() && headers.size() < 20) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto const colon = line.find(": ");
        if (line.empty() || colon == line.npos) {
            break;
        }
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    auto const verdict = verify_wechat_v3(keys(), {.headers = headers, .body = text, .now = now});
    CHECK(!verdict);
    for (char const c : verdict.error().key) {
        CHECK(c > ' ' && c < '\x7f');
    }
}

void check_read(std::string_view text) {
    auto const object = adapters::plain_object(text, deepest_json);
    if (!object) {
        return;
    }
    for (auto const& notice : {read_wechat_payment(*object), read_wechat_refund(*object)}) {
        if (notice) {
            CHECK(!notice->order.empty() && !notice->merchant.empty());
            CHECK(notice->amount.value_or(0) >= 0 && notice->returned >= 0);
            CHECK(notice->state != State::paid || (notice->amount && !notice->trade.empty()));
        }
    }
}

void check_base64(std::string_view text) {
    if (auto const bytes = base::from_base64(text)) {
        CHECK(base::to_base64(*bytes) == text);
    }
    CHECK(base::from_base64(base::to_base64(text)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    check_request(text);
    check_read(text);
    check_base64(text);
    if (auto const units = minor_units(text)) {
        CHECK(*units >= 0);
    }
    static_cast<void>(PublicKey::from_text(text));
    static_cast<void>(Certificate::from_pem(text));
    static_cast<void>(PrivateKey::from_text(text));
    return 0;
}
