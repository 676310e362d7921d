// Server-sent events.
#include "worker/http/authenticate.h"
#include "worker/http/calls.h"
#include "worker/http/event_stream.h"

namespace worker::http {

namespace {

using adapters::http::Response;

Response stream(Call& call, Subject subject) {
    auto* const door = call.office.door;
    auto body = std::make_unique<EventStream>(
        call.office.watch, std::move(subject), call.request.header("last-event-id"),
        door == nullptr ? std::function<bool()>{} : door->session_lasts(call.request));
    return {.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
            .type = "text/event-stream; charset=utf-8",
            .body = std::move(body)};
}

// A job that has ended, and a client that knows: 204 tells it not to come again.
bool all_is_told(Call const& call, View const& view) {
    auto const place =
        call.office.watch.happenings().place_of(call.request.header("last-event-id"));
    return view.ended && place && place->tag == view.tag;
}

Answer job_events(Call& call) {
    auto const view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    if (all_is_told(call, **view)) {
        co_return Response{.status = 204, .body = std::string{}};
    }
    co_return stream(call, {.job = (*view)->id, .user = {}});
}

Answer events(Call& call) {
    auto user = call.caller.is_user() ? call.caller.user
                                      : std::string{call.request.parameter("user_id").value_or("")};
    co_return stream(call, {.job = {}, .user = std::move(user)});
}

constexpr Route event_rows[] = {
    {"GET", "/api/jobs/{id}/events", Access::jobs_reading, job_events,
     "State, progress and money of a job, as server-sent events"},
    {"GET", "/api/events", Access::jobs_reading, events,
     "The same of all jobs of the calling user, or of a service's users"},
};

}  // namespace

std::span<Route const> event_routes() {
    return event_rows;
}

}  // namespace worker::http
