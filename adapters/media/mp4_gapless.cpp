// A free-form tag whose text is numbers in hexadecimal: nothing, delay, padding, samples, nothings.
#include "adapters/media/mp4_gapless.h"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

namespace adapters::media::mp4 {

namespace {

std::optional<Gapless> parse_text(std::string_view text) {
    std::array<std::uint64_t, 4> numbers{};
    for (auto& number : numbers) {
        auto const begin = text.find_first_not_of(' ');
        text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
        auto const [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), number, 16);
        if (error != std::errc{}) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    return Gapless{.delay = numbers[1], .padding = numbers[2], .samples = numbers[3]};
}

}  // namespace

std::optional<Gapless> parse_gapless(Reader& reader, Box const& ilst) {
    auto boxes = Boxes::inside(reader, ilst);
    while (auto const tag = boxes.next()) {
        if (tag->kind != kind("----")) {
            continue;
        }
        auto const name = child(reader, *tag, kind("name"));
        if (!name || !matches(inside(reader, *name, 0, 12), 4, "iTunSMPB")) {
            continue;
        }
        auto const data = child(reader, *tag, kind("data"));
        auto const text = data ? inside(reader, *data, 8, 128) : Bytes{};
        return parse_text({reinterpret_cast<char const*>(text.data()), text.size()});
    }
    return std::nullopt;
}

}  // namespace adapters::media::mp4
