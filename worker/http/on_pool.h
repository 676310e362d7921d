// Handlers that do all their work on the pool: they read the request, ask the store and render in
// one go, as most calls about money do.
#pragma once

#include "worker/http/route.h"

namespace worker::http {

using Blocking = adapters::http::Response (*)(Call const& call);

template <Blocking work>
Answer on_pool(Call& call) {
    auto task = [&call] { return work(call); };
    auto response = co_await call.office.pool.run(std::move(task));
    co_return response;
}

}  // namespace worker::http
