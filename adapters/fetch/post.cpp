#include "adapters/fetch/post.h"

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"
#include "adapters/fetch/url.h"

namespace adapters::fetch {

Poster::Poster(FetchOptions const& options)
    : options_{options}, client_{std::make_unique<Client>(options)} {}

Poster::~Poster() = default;

std::expected<PostAnswer, MediaError> Poster::post(std::string_view url, std::string const& fields,
                                                   std::string_view content) {
    auto const parsed = parse_url(url);
    if (!parsed) {
        return std::unexpected{MediaError{.code = "bad_url", .message = "its address is not one"}};
    }
    try {
        auto const head = client_->post(*parsed, fields, content);
        client_->leave();
        return PostAnswer{.status = head.status, .retry_after = head.retry_after};
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
