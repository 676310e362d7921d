// Bytes are taken as they come, never as many as are announced.
#include "adapters/fetch/document.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"

namespace adapters::fetch {

namespace {

std::string read_all(Client& client) {
    std::string text;
    std::array<std::byte, 8192> piece{};
    while (auto const count = client.body(piece)) {
        if (text.size() + count > client.options().max_size) {
            client.fail_here("too_large",
                             fmt::format("more than {} bytes", client.options().max_size));
        }
        text.append(reinterpret_cast<char const*>(piece.data()), count);
    }
    return text;
}

}  // namespace

std::expected<std::string, MediaError> fetch_document(std::string_view url,
                                                      FetchOptions const& options) {
    auto parsed = parse_url(url);
    if (!parsed) {
        return std::unexpected{parsed.error()};
    }
    try {
        Client client{options};
        auto const head = client.get(*parsed, "");
        if (head.status != 200) {
            client.fail_here("http_status",
                             fmt::format("the server answers with status {}", head.status));
        }
        return read_all(client);
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
