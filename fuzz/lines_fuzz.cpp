// Whatever a program prints, and however its bytes are cut: the same is understood, and it is
// something that can be billed and shown.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "adapters/providers/directions.h"
#include "adapters/providers/lines.h"
#include "base/check.h"

namespace {

using adapters::providers::Lines;
using adapters::providers::Said;

constexpr std::size_t longest = 256;

std::optional<Said> understood(std::string_view bytes, std::size_t step) {
    Lines lines{longest};
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        if (!lines.take(bytes.substr(at, step))) {
            return std::nullopt;
        }
    }
    lines.finish();
    return lines.said();
}

bool fit_for_people(std::string_view text) {
    return std::ranges::none_of(
        text, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; });
}

void check_sense(Said const& said) {
    CHECK(said.progress >= -1 && said.progress <= 100);
    CHECK(fit_for_people(said.note) && said.note.size() <= 200);
    CHECK(int{said.result.has_value()} + int{said.error.has_value()} + int{said.broken_result} <=
          1);
    if (said.result) {
        CHECK(!said.result->json.empty());
        CHECK(said.result->duration.value_or(base::Millis{0}).count() >= 0);
    }
    if (said.error) {
        CHECK(fit_for_people(said.error->message) && fit_for_people(said.error->code));
    }
}

void check_same(Said const& one, Said const& other) {
    CHECK(one.progress == other.progress && one.note == other.note);
    CHECK(one.updates == other.updates && one.broken_result == other.broken_result);
    CHECK(one.result.has_value() == other.result.has_value());
    CHECK(!one.result || one.result->json == other.result->json);
    CHECK(one.error.has_value() == other.error.has_value());
    CHECK(!one.error || one.error->message == other.error->message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    auto const directed = adapters::providers::read_directions(bytes, base::Rate{15'000'000});
    CHECK(directed.output_ms >= 0);
    auto const whole = understood(bytes, std::max<std::size_t>(size, 1));
    auto const in_parts = understood(bytes, 1 + size % 7);
    CHECK(whole.has_value() == in_parts.has_value());
    if (whole) {
        check_sense(*whole);
        check_same(*whole, *in_parts);
    }
    return 0;
}
