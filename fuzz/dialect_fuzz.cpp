// Dialects of any text: read or refused with reasons; what is read fills its templates with any
// input, and no value gets out of its place.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/providers/http/requests.h"
#include "base/check.h"
#include "config/dialect.h"

namespace {

namespace http = adapters::providers::http;

// Both parts are in one text, the input after a line of its own.
void fill_all(dialect::Dialect dialect, std::string_view input) {
    http::Account const account{
        .dialect = std::move(dialect), .vars = {}, .key = "k", .secret = "s"};
    adapters::Call call;
    call.key = "job-1";
    call.input = input;
    auto const values = http::values_of(account, call);
    auto const made =
        http::make_request(account.dialect.submit, values, {}, true, base::from_ms(1));
    if (!made) {
        CHECK(!made.error().empty());
        return;
    }
    for (auto const& [name, value] : made->headers) {
        CHECK(value.find_first_of("\r\n") == std::string::npos);
    }
    if (account.dialect.submit.body == dialect::Body::json) {
        CHECK(http::parse_json(made->body).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    constexpr std::string_view border = "\n---input\n";
    auto const at = bytes.find(border);
    auto loaded = config::parse_dialect(std::string{bytes.substr(0, at)}, "d");
    CHECK(loaded.value.has_value() == loaded.problems.empty());
    if (loaded.value) {
        auto const input = at == std::string_view::npos ? "{}" : bytes.substr(at + border.size());
        fill_all(std::move(*loaded.value), input);
    }
    return 0;
}
