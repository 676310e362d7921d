#include "adapters/storage/xml.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace adapters::storage {

namespace {

// Where the content of the next element begins and ends, and where to go on.
struct Found {
    std::string_view content;
    std::size_t after = std::string_view::npos;
};

Found next(std::string_view xml, std::string_view name, std::size_t from) {
    auto const open = fmt::format("<{}>", name);
    auto const close = fmt::format("</{}>", name);
    auto const begin = xml.find(open, from);
    if (begin == std::string_view::npos) {
        return {};
    }
    auto const content = begin + open.size();
    auto const end = xml.find(close, content);
    if (end == std::string_view::npos) {
        return {};
    }
    return {.content = xml.substr(content, end - content), .after = end + close.size()};
}

}  // namespace

std::string_view inside(std::string_view xml, std::string_view name) {
    return next(xml, name, 0).content;
}

std::vector<std::string_view> each(std::string_view xml, std::string_view name) {
    std::vector<std::string_view> all;
    for (auto found = next(xml, name, 0); found.after != std::string_view::npos;
         found = next(xml, name, found.after)) {
        all.push_back(found.content);
    }
    return all;
}

std::string plain(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string result;
    while (!text.empty()) {
        std::size_t taken = 1;
        char meant = text[0];
        for (auto const& [entity, character] : entities) {
            if (text.starts_with(entity)) {
                taken = entity.size();
                meant = character;
            }
        }
        result.push_back(meant);
        text.remove_prefix(taken);
    }
    return result;
}

}  // namespace adapters::storage
