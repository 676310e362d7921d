#include "worker/platform_sender.h"

#include <algorithm>
#include <utility>

#include "adapters/fetch/exchange.h"

namespace worker {

namespace {

namespace payments = adapters::payments;
namespace fetch = adapters::fetch;

constexpr std::uint64_t most_answer = 256 * 1024;

// The addresses are the operator's own words, so they may lead to a proxy in a private network.
fetch::FetchOptions options_for(base::Millis patience) {
    return {.max_size = most_answer,
            .connect_timeout = std::min(patience, base::Millis{5'000}),
            .idle_timeout = patience,
            .total_timeout = patience,
            .redirects = 0,
            .allow_private = true,
            .allow_any_port = true};
}

}  // namespace

payments::Send make_platform_sender(std::function<base::Timestamp()> clock, base::Millis patience) {
    return [clock = std::move(clock), options = options_for(patience)](
               payments::Call const& call) -> std::expected<payments::RawReply, std::string> {
        auto answer = fetch::exchange(
            {.method = call.method, .url = call.url, .headers = call.headers, .body = call.body},
            options);
        if (!answer) {
            return std::unexpected{answer.error().code + ": " + answer.error().message};
        }
        return payments::RawReply{.status = static_cast<int>(answer->status),
                                  .headers = std::move(answer->headers),
                                  .body = std::move(answer->body),
                                  .now = clock()};
    };
}

}  // namespace worker
