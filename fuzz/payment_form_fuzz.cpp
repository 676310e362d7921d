// Whatever is sent as a form or as an answer of Alipay: never a crash, what is read reads the same
// when it is written again, no text is signed by two sets of fields, and nothing is believed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/payments/alipay.h"
#include "adapters/payments/form.h"
#include "base/check.h"
#include "base/text.h"
#include "tests/payments/hand.h"

namespace {

using namespace adapters::payments;

// The fields that the signed text shows to whoever cuts it at each "&name=".
Fields cut(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        auto const end = std::min(text.find('&'), text.size());
        auto const part = text.substr(0, end);
        auto const equals = part.find('=');
        if (equals != part.npos) {
            fields.emplace_back(part.substr(0, equals), part.substr(equals + 1));
        } else {
            fields.back().second.append("&").append(part);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

void check_signed_text(Fields fields) {
    if (has_twice(fields) || is_ambiguous(fields)) {
        return;
    }
    std::erase_if(fields, [](auto const& field) {
        return field.second.empty() || field.second.ends_with('&');
    });
    std::ranges::sort(fields);
    CHECK(cut(signed_text(fields, {})) == fields);
}

void check_notice(Verdict const& notice) {
    if (notice) {
        CHECK(!notice->id.empty() && notice->amount.value_or(0) >= 0 && notice->returned >= 0);
        CHECK(notice->state == State::other || (!notice->order.empty() && notice->amount));
    }
}

Alipay const& keys() {
    static Alipay const alipay = [] {
        Alipay made;
        made.keys.push_back(tests::one_hand().public_key());
        return made;
    }();
    return alipay;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const fields = read_form(text)) {
        std::string again;
        for (auto const& [name, value] : *fields) {
            again.append(again.empty() ? "" : "&").append(name).append("=");
            again.append(base::percent_encoded(value));
        }
        CHECK(read_form(again) == fields);
        check_signed_text(*fields);
        check_notice(read_alipay_notice(*fields));
    }
    CHECK(!verify_alipay(keys(), {.headers = {}, .body = text, .now = {}}));
    auto const raw = raw_member(text, "alipay_trade_query_response");
    CHECK(raw.empty() || text.find(raw) != text.npos);
    static auto const inquirer =
        make_alipay_inquirer(keys(), {.app = "1", .seller = "2", .gateway_url = "https://x"},
                             tests::other_hand().private_key());
    CHECK(!inquirer->read("O1", {.status = 200, .headers = {}, .body = std::string{text}}));
    return 0;
}
