// Whatever is sent as XML: never a crash, and what is read is small, named, and reads the same when
// it is written again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/payments/wechat_v2.h"
#include "adapters/payments/xml.h"
#include "base/check.h"

namespace {

using namespace adapters::payments;

std::string escaped(std::string_view text) {
    std::string result;
    for (char const c : text) {
        result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    }
    return result;
}

std::string to_xml(Fields const& fields) {
    std::string text = "<xml>";
    for (auto const& [name, value] : fields) {
        text.append("<").append(name).append(">").append(escaped(value));
        text.append("</").append(name).append(">");
    }
    return text + "</xml>";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const fields = read_xml(text, "xml")) {
        CHECK(text.size() <= most_xml && fields->size() <= most_fields);
        std::size_t bytes = 0;
        for (auto const& [name, value] : *fields) {
            CHECK(is_field_name(name));
            bytes += name.size() + value.size();
        }
        CHECK(bytes <= text.size());
        auto const again = to_xml(*fields);
        CHECK(again.size() > most_xml || read_xml(again, "xml") == fields);
    }
    static WechatV2 const wechat{.key = "192006250b4c09247ec02edce69f6a2d"};
    auto const notice = verify_wechat_v2(wechat, {.headers = {}, .body = text, .now = {}});
    CHECK(!notice);  // the fuzzer has no key
    if (auto const refund = read_wechat_v2_refund({{"mch_id", "1"}, {"appid", "2"}}, text)) {
        CHECK(!refund->id.empty() && !refund->order.empty() && !refund->proven);
        CHECK(refund->amount >= 0 && refund->returned >= 0);
    }
    return 0;
}
