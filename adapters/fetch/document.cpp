#include "adapters/fetch/document.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"

namespace adapters::fetch {

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
        return client.text();
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
