// Rendering of jobs and of their events.
#include "worker/http/view.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/sha256.h"
#include "wire/json.h"

namespace worker::http {

namespace json = boost::json;

namespace {

std::int64_t last_of(jobs::Job const& job) {
    auto last = base::to_ms(job.created_at);
    for (auto const& at : {job.started_at, job.finished_at}) {
        last = std::max(last, at ? base::to_ms(*at) : 0);
    }
    return last;
}

std::string data_of(EventKind kind, View const& view) {
    switch (kind) {
        case EventKind::state:
            return view.text;
        case EventKind::progress: {
            json::object data{{"id", base::to_text(view.id)}, {"progress", view.progress}};
            if (!view.note.empty()) {
                data["note"] = view.note;
            }
            return json::serialize(data);
        }
        case EventKind::money:
            return fmt::format(R"({{"id":"{}","charge":{}}})", view.id.value, view.charge);
    }
    return "{}";
}

std::string_view name_of(EventKind kind) {
    switch (kind) {
        case EventKind::state:
            return "state";
        case EventKind::progress:
            return "progress";
        case EventKind::money:
            return "money";
    }
    return "message";
}

}  // namespace

View view_of(jobs::Job const& job) {
    auto const value = wire::job_json(job);
    View view{.id = job.id,
              .user = job.user,
              .service = job.service,
              .state = job.state,
              .ended = jobs::ended(job.state),
              .progress = job.progress,
              .note = job.progress_note,
              .charge = json::serialize(value.as_object().at("charge")),
              .text = json::serialize(value),
              .at = last_of(job)};
    view.tag = base::hex(base::sha256(view.text)).substr(0, 16);
    return view;
}

std::string etag_of(View const& view) {
    return '"' + view.tag + '"';
}

bool matches(std::string_view if_none_match, View const& view) {
    return if_none_match == "*" || if_none_match.find(etag_of(view)) != std::string_view::npos;
}

// JSON has no line ends within, so the data is one line.
std::string event_text(EventKind kind, View const& view, std::string_view id) {
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, name_of(kind), data_of(kind, view));
}

}  // namespace worker::http
