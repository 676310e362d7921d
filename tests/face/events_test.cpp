// Server-sent events: what is told, in which order, and where a client goes on.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"
#include "worker/http/event_stream.h"

namespace tests {
namespace {

struct Event {
    std::string id;
    std::string name;
    boost::json::value data;
};

std::string line_of(std::string_view block, std::string_view name) {
    auto const at = block.find(name);
    if (at == std::string_view::npos) {
        return "";
    }
    auto const begin = at + name.size();
    return std::string{block.substr(begin, block.find('\n', begin) - begin)};
}

std::vector<Event> events_in(std::string_view text) {
    std::vector<Event> events;
    while (!text.empty()) {
        auto const end = text.find("\n\n");
        auto const block = text.substr(0, end);
        if (auto const id = line_of(block, "id: "); !id.empty()) {
            events.push_back({.id = id,
                              .name = line_of(block, "event: "),
                              .data = boost::json::parse(line_of(block, "data: "))});
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return events;
}

std::string state_of(Event const& event) {
    return std::string{event.data.at("state").as_string()};
}

class Events : public testing::Test {
protected:
    Response open(Who const& who, std::string const& target, std::string const& last = "") {
        std::vector<Header> headers;
        if (!last.empty()) {
            headers.push_back({"last-event-id", last});
        }
        auto response = counter.ask(who, "GET", target, {.body = {}, .headers = headers});
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.type, "text/event-stream; charset=utf-8");
        return response;
    }

    std::string of(base::JobId id) { return "/api/jobs/" + base::to_text(id) + "/events"; }

    // Pieces until there are so many events.
    std::vector<Event> take(Response& stream, std::size_t count) {
        std::vector<Event> events;
        while (events.size() < count && !testing::Test::HasFatalFailure()) {
            auto const more = events_in(counter.next(stream));
            events.insert(events.end(), more.begin(), more.end());
        }
        return events;
    }

    Counter counter;
};

TEST_F(Events, TellTheLifeOfAJobAndEndWithIt) {
    auto const id = counter.submit();
    auto stream = open(a_user(), of(id));
    EXPECT_EQ(state_of(take(stream, 1).at(0)), "queued");
    counter.start();
    auto const started = take(stream, 2);
    EXPECT_EQ(started.at(0).name, "money");
    EXPECT_EQ(started.at(0).data.at("charge").at("debited").as_int64(), 5);
    EXPECT_EQ(state_of(started.at(1)), "processing");
    counter.progress(id, 40);
    auto const moved = take(stream, 1);
    EXPECT_EQ(moved.at(0).name, "progress");
    EXPECT_EQ(moved.at(0).data.at("progress").as_int64(), 40);
    counter.complete(id);
    auto const ended = take(stream, 2);
    EXPECT_EQ(ended.at(0).data.at("charge").at("settled").as_int64(), 5);
    EXPECT_EQ(state_of(ended.at(1)), "completed");
    EXPECT_TRUE(counter.over(stream));
}

TEST_F(Events, OfAJobThatHasEndedAreItsEnd) {
    auto const id = counter.submit();
    counter.start();
    counter.complete(id);
    auto stream = open(a_user(), of(id));
    auto const told = take(stream, 1);
    EXPECT_EQ(state_of(told.at(0)), "completed");
    EXPECT_TRUE(counter.over(stream));
    auto const again = counter.ask(a_user(), "GET", of(id),
                                   {.body = {}, .headers = {{"last-event-id", told.at(0).id}}});
    EXPECT_EQ(again.status, 204) << "a client that knows need not come again";
}

TEST_F(Events, GoOnAfterTheLastThatTheClientHas) {
    auto const id = counter.submit();
    std::string last;
    {
        auto stream = open(a_user(), of(id));
        last = take(stream, 1).at(0).id;
    }
    counter.start();
    auto stream = open(a_user(), of(id), last);
    auto const missed = take(stream, 1);
    EXPECT_EQ(state_of(missed.back()), "processing");
    auto const known = missed.back().id;
    auto later = open(a_user(), of(id), known);
    EXPECT_TRUE(events_in(counter.next(later)).empty()) << "nothing is told twice";
    counter.complete(id);
    EXPECT_EQ(state_of(take(later, 2).back()), "completed");
}

TEST_F(Events, GoOnAfterAnotherProcessToldTheLast) {
    auto const other = counter.submit();
    counter.desk.now += base::Millis{1'000};
    auto const id = counter.submit();
    auto stream = open(a_user(), of(id));
    auto told = take(stream, 1).at(0).id;
    told.replace(0, told.find('-'), "00000000");
    auto same = open(a_user(), of(id), told);
    EXPECT_TRUE(events_in(counter.next(same)).empty());
    counter.desk.now += base::Millis{1'000};
    counter.start();
    auto list = open(a_user(), "/api/events", told);
    auto const missed = take(list, 1);
    EXPECT_EQ(missed.at(0).data.at("id").as_string(), base::to_text(other));
}

TEST_F(Events, OfAUserAreOfAllItsJobsAndNobodyElses) {
    auto stream = open(a_user("u1"), "/api/events");
    EXPECT_TRUE(events_in(counter.next(stream)).empty());
    counter.submit("u2");
    auto const id = counter.submit("u1");
    auto const told = take(stream, 1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).data.at("id").as_string(), base::to_text(id));
    EXPECT_EQ(state_of(told.at(0)), "queued");
}

TEST_F(Events, OfAServiceAreOfAllUsersOrTheOneItNames) {
    auto all = open(a_key(), "/api/events");
    auto one = open(a_key(), "/api/events?user_id=u2");
    counter.next(all);
    counter.next(one);
    counter.submit("u1");
    counter.submit("u2");
    EXPECT_EQ(take(all, 2).size(), 2U);
    auto const told = take(one, 1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).data.at("user_id").as_string(), "u2");
}

TEST_F(Events, TakeAnyIdForALastOne) {
    auto const id = counter.submit();
    for (auto const* last : {"x", "-", "----", "1-2-3-4", "a-b-c-d",
                             "00000000-1-99999999999999999999-x", "00000000--1-1-x"}) {
        auto stream = open(a_user(), of(id), last);
        EXPECT_EQ(take(stream, 1).size(), 1U) << last;
    }
}

TEST_F(Events, EndWhenTheProgramStops) {
    auto const id = counter.submit();
    auto stream = open(a_user(), of(id));
    take(stream, 1);
    boost::asio::post(counter.io, [&] { counter.watch.stop(); });
    EXPECT_TRUE(counter.over(stream));
}

TEST_F(Events, AreNotToldToASessionThatIsOver) {
    auto const id = counter.submit();
    bool lasts = true;
    Response stream{.body = std::make_unique<worker::http::EventStream>(
                        counter.watch, worker::http::Subject{.job = id, .user = {}}, "",
                        [&lasts] { return lasts; })};
    EXPECT_EQ(take(stream, 1).size(), 1U);
    lasts = false;
    counter.start();
    EXPECT_TRUE(counter.over(stream));
}

}  // namespace
}  // namespace tests
