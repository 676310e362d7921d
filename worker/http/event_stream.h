// Server-sent events of one job, of one user's jobs, or of all.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "adapters/http/message.h"
#include "worker/http/watch.h"

namespace worker::http {

class EventStream final : public adapters::http::StreamBody {
public:
    // Goes on after the event of that id, if the client names one, for as long as `lasts` says so,
    // if there is one. The watch must outlive it.
    EventStream(Watch& watch, Subject subject, std::string_view last_event_id,
                std::function<bool()> lasts = {});

    boost::asio::awaitable<std::optional<std::string>> next() override;

private:
    using Place = Happenings::Place;

    boost::asio::awaitable<std::string> open();
    boost::asio::awaitable<std::string> open_job();
    boost::asio::awaitable<std::string> open_list();
    std::string replay(std::set<std::string>& tags);
    std::string tell(Happening const& happening);
    std::string tell_state(View const& view);

    [[nodiscard]] bool goes_on() const;

    Watch& watch_;
    std::function<bool()> lasts_;
    Happenings::Waiter waiter_;
    std::optional<Place> place_;
    std::int64_t number_ = 0;  // of the last event that was told or passed over
    std::int64_t at_ = 0;      // the latest time that was told
    bool begun_ = false;
    bool over_ = false;
};

}  // namespace worker::http
