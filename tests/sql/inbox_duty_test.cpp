// The duty that makes jobs of what SQL has put into the inbox, on a real PostgreSQL.
#include <algorithm>
#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "adapters/postgres/open.h"
#include "config/load.h"
#include "tests/support/servers.h"
#include "tests/worker/fake_media.h"
#include "worker/duties.h"

namespace tests {

namespace {

// A store, what schedulers do there, and a program of somebody else's with a connection of its own.
struct Post {
    std::string url = support::fresh_database();
    std::unique_ptr<adapters::Store> store = adapters::open_postgres({.url = url});
    config::Settings settings;
    pqxx::connection shop{url};

    Post() { settings.store_url = url; }

    void send(int count, std::string const& service = "script") {
        pqxx::work work{shop};
        work.exec(fmt::format("SELECT tallyman.enqueue('{}', 'u1') FROM generate_series(1, {})",
                              service, count));
        work.commit();
    }

    worker::DutyRun look(worker::InputMeter* meter = nullptr) {
        auto const table =
            worker::duty_table(*store, settings, [] { return config::default_book(); }, meter);
        auto const inbox = std::ranges::find(table, "inbox", &worker::DutyPlan::name);
        EXPECT_NE(inbox, table.end());
        return inbox->run();
    }

    // Looks again and again until no more than so many are left.
    void look_until(worker::InputMeter* meter, std::size_t left) {
        for (int tries = 0; tries < 10'000 && store->inbox(9).size() > left; ++tries) {
            look(meter);
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }

    std::size_t jobs() { return store->list_jobs({.limit = 10'000}).size(); }
};

}  // namespace

TEST(Inbox, IsTakenUpAsAnyOtherRequest) {
    Post post;
    EXPECT_EQ(post.look().result, "");
    post.send(2);
    auto const run = post.look();
    EXPECT_EQ(run.result, "2 taken up, 0 refused");
    EXPECT_FALSE(run.again);
    EXPECT_EQ(post.jobs(), 2U);
    EXPECT_EQ(post.store->counts().ready, 2);
    EXPECT_TRUE(post.store->inbox(9).empty());
    EXPECT_EQ(post.look().result, "");
}

TEST(Inbox, WhatIsRefusedAndWhatDoesNotParseAreFailedJobs) {
    Post post;
    post.send(1, "no.such.service");
    pqxx::nontransaction{post.shop}.exec(
        "SELECT tallyman.enqueue('script', 'u1', "
        "jsonb_build_object('text', repeat('x', 70000)), 'k1')");
    post.send(1);
    EXPECT_EQ(post.look().result, "1 taken up, 2 refused");
    auto const failed = post.store->list_jobs({.state = jobs::State::failed});
    ASSERT_EQ(failed.size(), 2U);
    EXPECT_EQ(failed[0].error.value().code, "invalid_request");
    EXPECT_EQ(failed[0].error.value().message, "input is larger than 65536 bytes");
    EXPECT_EQ(failed[1].error.value().code, "unknown_service");
    EXPECT_TRUE(post.store->inbox(9).empty());
}

TEST(Inbox, GoesOnAtOnceWhileThereIsMore) {
    Post post;
    post.send(501);
    auto const first = post.look();
    EXPECT_EQ(first.result, "500 taken up, 0 refused");
    EXPECT_TRUE(first.again);
    auto const second = post.look();
    EXPECT_EQ(second.result, "1 taken up, 0 refused");
    EXPECT_FALSE(second.again);
}

TEST(Inbox, IsSharedBySeveralAtOnce) {
    Post post;
    post.send(1'000);
    auto const work = [&] {
        while (!post.store->inbox(1).empty()) {
            post.look();
        }
    };
    std::thread other{work};
    work();
    other.join();
    EXPECT_EQ(post.jobs(), 1'000U);
}

// Whoever finds nothing left for itself does not ask again and again until the other is done.
TEST(Inbox, LeavesToAnotherWhatThatOneIsAt) {
    Post post;
    post.send(500);
    pqxx::connection elsewhere{post.url};
    {
        pqxx::work other{elsewhere};
        other.exec("SELECT FROM tallyman.inbox FOR UPDATE");
        auto const run = post.look();
        EXPECT_EQ(run.result, "");
        EXPECT_FALSE(run.again);
        EXPECT_EQ(post.jobs(), 0U);
    }
    EXPECT_EQ(post.look().result, "500 taken up, 0 refused");
}

// Neither for its length, nor behind a web that does not answer.
TEST(Inbox, NobodyWaitsForTheInputOfAnother) {
    Post post;
    FakeMedia media;
    std::atomic<bool> hold = true;
    media.pages["https://a.example/song.mp3"] = "sound";
    media.on_measure = [&](auto const&) {
        while (hold) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
        return sound(175'201);
    };
    worker::InputMeter meter{media, media.web(), post.settings};
    pqxx::nontransaction{post.shop}.exec(
        "SELECT tallyman.enqueue('video', 'u1', '{\"audio\": \"https://a.example/song.mp3\"}', "
        "'k1'),"
        " tallyman.enqueue('video', 'u1', '{\"audio\": \"https://a.example/gone.mp3\"}', 'k2')");
    post.send(3);
    EXPECT_EQ(post.look(&meter).result, "3 taken up, 0 refused");
    // The one that is gone is known to be gone while the other is still being measured.
    post.look_until(&meter, 1);
    EXPECT_EQ(post.look(&meter).result, "");
    EXPECT_EQ(post.store->inbox(9).size(), 1U);
    hold = false;
    post.look_until(&meter, 0);
    auto const videos = post.store->list_jobs({.service = "video"});
    ASSERT_EQ(videos.size(), 2U);
    EXPECT_EQ(videos[0].error.value().code, "unmeasurable_input");
    EXPECT_EQ(videos[0].bill, jobs::Bill{});
    EXPECT_EQ(videos[1].quoted, base::Credits{40});
    EXPECT_EQ(videos[1].measurement->samples, 175'201U);
}

// Made before the queue was drained, it is worked off with the others.
TEST(Inbox, IsTakenUpThoughItsQueueIsDrainedByNow) {
    Post post;
    post.send(1);
    post.store->set_queue_mode("script", adapters::QueueMode::draining);
    EXPECT_EQ(post.look().result, "1 taken up, 0 refused");
    EXPECT_EQ(post.store->counts().ready, 1);
    EXPECT_THROW(post.send(1), pqxx::sql_error);
}

}  // namespace tests
