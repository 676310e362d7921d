// The client of the port adapters/web.h: many requests at once on one thread, over connections that
// are kept. What it fails with says whether anything of a request was written.
#pragma once

#include "adapters/fetch/web/pool.h"
#include "adapters/web.h"

namespace adapters::fetch {

class WebClient final : public Web {
public:
    // Throws Failed: see Pool.
    WebClient(boost::asio::any_io_executor executor, WebOptions options);

    boost::asio::awaitable<std::expected<WebAnswer, WebError>> ask(WebRequest request) override;

private:
    Pool pool_;
};

}  // namespace adapters::fetch
