// Whatever a server says, and however it is cut: the same is heard, or it is a named error.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/fetch/answers.h"
#include "adapters/fetch/connection.h"
#include "adapters/fetch/failed.h"
#include "base/check.h"

namespace {

using adapters::fetch::Clock;
using adapters::fetch::Connection;
using adapters::fetch::Failed;
using adapters::fetch::Head;
using adapters::fetch::parse_content_range;
using adapters::fetch::Wire;

class Script final : public Wire {
public:
    Script(std::string_view text, std::size_t step) : left_{text}, step_{step} {}

    std::size_t read_some(std::span<char> into, Clock::time_point) override {
        auto const count = std::min({step_, into.size(), left_.size()});
        std::memcpy(into.data(), left_.data(), count);
        left_.remove_prefix(count);
        return count;
    }

    void write(std::string_view, Clock::time_point) override {}

private:
    std::string_view left_;
    std::size_t step_;
};

void check_range(Head const& head) {
    if (auto const range = parse_content_range(head.range)) {
        CHECK(!range->satisfied || range->first <= range->last);
        CHECK(!range->satisfied || !range->size || range->last < *range->size);
    }
}

struct Heard {
    std::string body;
    bool ended = false;
};

Heard heard(std::string_view text, std::size_t step) {
    Connection connection{std::make_unique<Script>(text, step)};
    Heard result;
    try {
        check_range(connection.get("", Clock::now()));
        std::array<std::byte, 61> some{};
        while (auto const count = connection.body(some, Clock::now())) {
            result.body.append(reinterpret_cast<char const*>(some.data()), count);
            CHECK(result.body.size() <= text.size());
        }
        result.ended = true;
    } catch (Failed const& failed) {
        CHECK(!failed.error.code.empty());
    }
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const whole = heard(text, std::max<std::size_t>(size, 1));
    auto const in_parts = heard(text, 1 + size % 7);
    CHECK(whole.ended == in_parts.ended);
    CHECK(!whole.ended || whole.body == in_parts.body);
    return 0;
}
