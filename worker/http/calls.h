// The tables of routes, one for each file of calls, and what several of them use.
#pragma once

#include <chrono>
#include <expected>
#include <span>
#include <string_view>

#include "worker/http/route.h"
#include "worker/http/watch.h"

namespace worker::http {

std::span<Route const> enqueue_routes();       // enqueue_calls.cpp: one job, a batch
std::span<Route const> job_routes();           // job_calls.cpp: look, list, steer, explain
std::span<Route const> result_routes();        // result_calls.cpp
std::span<Route const> hint_routes();          // hint_calls.cpp: what providers call
std::span<Route const> event_routes();         // event_calls.cpp
std::span<Route const> credits_routes();       // credits_calls.cpp: what moves credits by hand
std::span<Route const> statement_routes();     // statement_calls.cpp
std::span<Route const> credits_view_routes();  // credits_views.cpp: what only looks
std::span<Route const> sync_routes();          // sync_calls.cpp: what sister products call
std::span<Route const> webhook_routes();       // webhook_calls.cpp
std::span<Route const> sync_admin_routes();    // sync_admin_calls.cpp: who they are
std::span<Route const> points_routes();        // points_calls.cpp
std::span<Route const> payment_routes();       // payment_calls.cpp: what platforms call
std::span<Route const> purchase_routes();      // purchase_calls.cpp: what an app's users buy
std::span<Route const> review_routes();        // review_calls.cpp: notices that wait for a person
std::span<Route const> order_routes();         // order_calls.cpp: orders, for operators
std::span<Route const> admin_routes();         // admin_calls.cpp
std::span<Route const> provider_routes();      // provider_calls.cpp: providers and their costs
std::span<Route const> freeze_routes();        // freeze_calls.cpp: accounts that must not spend
std::span<Route const> session_routes();       // session_calls.cpp: signing in at the console
std::span<Route const> books_routes();         // books_calls.cpp: the audit, a trial of prices
std::span<Route const> inspection_routes();    // inspection_calls.cpp: what its screens look at
std::span<Route const> console_routes();       // console.cpp: its pages
// operating_calls.cpp: health, metrics (for anybody, or for who may look), the overview.
std::span<Route const> operating_routes(bool metrics_open);

// The job as this caller may see it: another user's is unknown.
boost::asio::awaitable<std::expected<ViewPtr, Problem>> visible_job(Call& call,
                                                                    std::string_view id);

// A number in the query, or what is used where there is none. Above `most` it is `most`.
std::expected<std::int64_t, Problem> number_in_query(Call const& call, std::string_view name,
                                                     std::int64_t otherwise, std::int64_t most);

// How long ago that was, rounded up.
base::Millis since(std::chrono::steady_clock::time_point then);

}  // namespace worker::http
