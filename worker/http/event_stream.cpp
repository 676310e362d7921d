// What a client gets on opening is the state as it is, or what it missed; then what happens.
#include "worker/http/event_stream.h"

#include <algorithm>

namespace worker::http {

namespace asio = boost::asio;

namespace {

constexpr base::Millis keep_alive{15'000};
constexpr std::size_t events_at_once = 256;
constexpr std::string_view greeting = "retry: 1000\n\n";

}  // namespace

EventStream::EventStream(Watch& watch, Subject subject, std::string_view last_event_id,
                         std::function<bool()> lasts)
    : watch_{watch},
      lasts_{std::move(lasts)},
      waiter_{watch.happenings(), std::move(subject)},
      place_{watch.happenings().place_of(last_event_id)} {}

asio::awaitable<std::optional<std::string>> EventStream::next() {
    if (!begun_) {
        begun_ = true;
        std::string piece = co_await open();
        co_return piece;
    }
    auto const until = std::chrono::steady_clock::now() + keep_alive;
    while (goes_on()) {
        auto const found = watch_.happenings().after(number_, waiter_.subject(), events_at_once);
        if (!found) {  // too much has happened since: what it missed is told by how things are
            place_.reset();
            std::string piece = co_await open();
            co_return piece;
        }
        std::string piece;
        for (auto const& happening : *found) {
            piece += tell(happening);
        }
        if (!piece.empty()) {
            co_return piece;
        }
        auto const left =
            std::chrono::duration_cast<base::Millis>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            co_return ": still here\n\n";
        }
        co_await waiter_.wait(left);
    }
    co_return std::nullopt;
}

bool EventStream::goes_on() const {
    return !over_ && !watch_.stopping() && (!lasts_ || lasts_());
}

asio::awaitable<std::string> EventStream::open() {
    std::string text{greeting};
    if (waiter_.subject().job) {
        text += co_await open_job();
    } else {
        text += co_await open_list();
    }
    co_return text;
}

asio::awaitable<std::string> EventStream::open_job() {
    ViewPtr const view = co_await watch_.view(waiter_.subject().job);
    if (!view) {
        over_ = true;
        co_return "";
    }
    std::set<std::string> told;
    std::string text;
    if (place_ && place_->tag == view->tag) {
        told.insert(view->tag);
    } else {
        text = replay(told);
    }
    number_ = watch_.happenings().last();
    if (!told.contains(view->tag)) {
        text += tell_state(*view);
    }
    over_ = view->ended;
    co_return text;
}

// Without a place to go on from, a list tells only what happens from now on.
asio::awaitable<std::string> EventStream::open_list() {
    auto const listed = co_await watch_.newest(waiter_.subject().user);
    std::set<std::string> told;
    std::string text = replay(told);
    number_ = watch_.happenings().last();
    if (!place_) {
        co_return text;
    }
    for (auto const& view : listed) {
        bool const later =
            view->at > place_->at || (view->at == place_->at && view->tag != place_->tag);
        if (later && !told.contains(view->tag)) {
            text += tell_state(*view);
        }
    }
    co_return text;
}

// What this process still has of what was missed; `tags` gets what it told.
std::string EventStream::replay(std::set<std::string>& tags) {
    std::string text;
    if (!place_ || !place_->number) {
        return text;
    }
    number_ = *place_->number;
    auto const found = watch_.happenings().after(number_, waiter_.subject(), SIZE_MAX);
    if (found) {
        for (auto const& happening : *found) {
            text += tell(happening);
            tags.insert(happening.view->tag);
        }
    }
    return text;
}

std::string EventStream::tell(Happening const& happening) {
    auto const& view = *happening.view;
    at_ = std::max(at_, view.at);
    over_ = over_ || (waiter_.subject().job && view.ended && happening.kind == EventKind::state);
    return event_text(happening.kind, view,
                      watch_.happenings().id_of(happening.number, at_, view.tag));
}

std::string EventStream::tell_state(View const& view) {
    at_ = std::max(at_, view.at);
    return event_text(EventKind::state, view, watch_.happenings().id_of(number_, at_, view.tag));
}

}  // namespace worker::http
