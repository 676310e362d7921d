#include "adapters/http/message.h"

#include <algorithm>

namespace adapters::http {

std::string_view Request::header(std::string_view name) const {
    auto const found = std::ranges::find(headers, name, &Header::name);
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (auto const& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace adapters::http
