// An attempt that waits for a person. The charge is kept, and the operator sees the job, until
// somebody decides or the deadline passes; it takes no slot of its worker, and none of its
// provider.
#include <boost/asio/awaitable.hpp>

#include "worker/attempt.h"

namespace worker {

namespace asio = boost::asio;
using jobs::Reported;
using jobs::ReportOutcome;
using jobs::Said;

namespace {

// How often it is looked at: its deadline may have come.
constexpr base::Millis parked_look_every{30'000};

}  // namespace

void Attempt::set_parked(bool is) {
    if (parked_ == is) {
        return;
    }
    parked_ = is;
    on_parked(is);
    if (provider_ != nullptr) {
        is ? router_.left(at_) : router_.came(at_);
    }
}

// False: the job is no longer this attempt's.
asio::awaitable<bool> Attempt::say_parked(std::string why, Reported& last) {
    set_parked(true);
    unknown_ = true;
    note_ = "parked: " + std::move(why);
    auto parked = report(Said::parked);
    parked.note = note_;
    last = co_await send(std::move(parked));
    co_return last.outcome == ReportOutcome::noted;
}

asio::awaitable<Reported> Attempt::park(std::string why) {
    Reported last;
    while (!stopping()) {
        bool const current = co_await say_parked(why, last);
        if (!current) {
            break;
        }
        co_await pause(parked_look_every);
    }
    co_return co_await let_go(last);
}

}  // namespace worker
