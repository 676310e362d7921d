// The link dies at the commit. Whoever asked is told that it was done, when it was done exactly
// once, or is told nothing; and the store finds out before it does anything again.
#include <chrono>

#include <fmt/core.h>

#include "tests/postgres/doubt_cases.h"

namespace postgres_tests {
namespace {

using Steady = std::chrono::steady_clock;

struct Case {
    Operation operation;
    std::string harm;

    friend void PrintTo(Case const& a_case, std::ostream* out) {
        *out << a_case.operation.name << " " << a_case.harm;
    }
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (auto const& operation : writing_operations()) {
        for (char const* const harm : {"drop-commit-answer", "cut-before-commit"}) {
            all.push_back({.operation = operation, .harm = harm});
        }
    }
    return all;
}

// A store whose link to the server can be harmed, beside the desk's own.
class Doubt : public testing::TestWithParam<Case> {
protected:
    static support::PrivateServer& proxy() {
        static support::PrivateServer the_proxy{{"proxy", "--upstream", fresh_place().url}};
        return the_proxy;
    }

    ~Doubt() override { proxy().command("pass"); }

    void prepare() {
        auto const& name = GetParam().operation.name;
        if (name == "take_up") {
            Raw{place_.url}.in(place_.schema)("SELECT {s}.enqueue('script', 'u1')");
        }
        GetParam().operation.prepare(scene_);
        ASSERT_EQ(told(scene_), GetParam().operation.before);
    }

    // What happens first of all in the store that is opened is the operation.
    std::unique_ptr<adapters::Store> harmed_store() {
        auto options = place_.options();
        options.url = proxy().url();
        options.opening = PostgresOpening::existing;
        options.patience = Millis{500};
        options.clock = [this] { return desk_->now; };
        return adapters::open_postgres(options);
    }

    void transact(adapters::Store& store, std::function<void()> const& meanwhile = {}) {
        auto const& operation = GetParam().operation;
        store.transact(operation.load(scene_), [&](jobs::Batch& batch) {
            ++decided_;
            operation.decide(scene_, batch);
            if (meanwhile) {
                meanwhile();
            }
        });
    }

    // Its commit is the first one to come.
    void harm_the_commit() { proxy().command(GetParam().harm + " 1 1"); }

    static std::int64_t faults() {
        return proxy().command("status").at("faults").to_number<std::int64_t>();
    }

    Place place_ = fresh_place();
    std::unique_ptr<tests::Desk> desk_ = desk_over(place_.options());
    Scene scene_{.desk = *desk_};
    int decided_ = 0;
};

TEST_P(Doubt, IsResolvedBeforeAnythingIsDoneAgain) {
    prepare();
    auto const store = harmed_store();
    auto const faults_before = faults();
    harm_the_commit();
    transact(*store);
    EXPECT_EQ(faults(), faults_before + 1);
    EXPECT_EQ(decided_, GetParam().harm == "drop-commit-answer" ? 1 : 2);
    EXPECT_EQ(scene_.answer, GetParam().operation.answer);
    EXPECT_EQ(told(scene_), GetParam().operation.after);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_P(Doubt, ThatCanNotBeResolvedIsToldInTimeAndCanBeLookedUp) {
    prepare();
    auto const store = harmed_store();
    bool const done = GetParam().harm == "drop-commit-answer";
    auto const begin = Steady::now();
    auto const said = failure_of<Unavailable>([&] {
        transact(*store, [&] {
            harm_the_commit();
            proxy().command("refuse");
        });
    });
    EXPECT_NE(said.find("whether it was done can't be found out yet"), std::string::npos) << said;
    EXPECT_LT(Steady::now() - begin, std::chrono::seconds{10});
    EXPECT_EQ(decided_, 1);
    proxy().command("pass");
    auto const& operation = GetParam().operation;
    EXPECT_EQ(told(scene_), done ? operation.after : operation.before);
    EXPECT_EQ(desk_->audit(), "");
    if (!done) {
        transact(*store);
        EXPECT_EQ(scene_.answer, operation.answer);
        EXPECT_EQ(told(scene_), operation.after);
    }
}

INSTANTIATE_TEST_SUITE_P(Commits, Doubt, testing::ValuesIn(cases()), [](auto const& info) {
    return info.param.operation.name + (info.param.harm == "drop-commit-answer"
                                            ? "_whose_answer_is_lost"
                                            : "_that_does_not_arrive");
});

// A worker's own process remembers what it started: that memory must not outlive a doubt.
class DoubtOfAWorker : public testing::TestWithParam<char const*> {};

TEST_P(DoubtOfAWorker, DoesNotDisturbTheWholeLifeOfAJob) {
    auto const place = fresh_place();
    adapters::migrate_postgres(place.options());
    support::PrivateServer proxy{{"proxy", "--upstream", place.url}};
    auto options = place.options();
    options.url = proxy.url();
    auto const desk = desk_over(options);
    desk->auditing = false;
    auto const harmed = [&](int commits, auto const& step) {
        proxy.command(fmt::format("{} {} 1", GetParam(), commits));
        step();
        proxy.command("pass");
    };
    base::JobId id;
    harmed(1, [&] { id = desk->submit(tests::request("script")).job->id; });
    // The worker's presence commits twice, and beats.
    desk->claim("w1", 1, {"poster"});
    harmed(1, [&] { EXPECT_EQ(desk->claim("w1", 1, {"script"}).size(), 1U); });
    harmed(1, [&] {
        desk->report({.job = id, .attempt = 1, .said = jobs::Said::submitted, .task = "t"});
    });
    harmed(1, [&] {
        desk->report({.job = id, .attempt = 1, .said = jobs::Said::alive, .progress = 50});
    });
    EXPECT_EQ(desk->job(id).progress, 50);
    EXPECT_EQ(desk->job(id).task, "t");
    harmed(1, [&] { desk->report({.job = id, .attempt = 1, .said = jobs::Said::completed}); });
    EXPECT_EQ(desk->job(id).state, jobs::State::completed);
    EXPECT_EQ(desk->balance("u1"), 515);
    EXPECT_EQ(desk->audit(), "");
}

INSTANTIATE_TEST_SUITE_P(Commits, DoubtOfAWorker,
                         testing::Values("drop-commit-answer", "cut-before-commit"),
                         [](auto const& info) {
                             return std::string{info.param} == "drop-commit-answer" ? "answer_lost"
                                                                                    : "cut_before";
                         });

// What is no decision says the same thing again, so that it may simply be repeated.
class DoubtBesideJobs : public testing::TestWithParam<char const*> {
protected:
    template <typename Step>
    void harmed(Step const& step) {
        proxy_.command(fmt::format("{} 1 1", GetParam()));
        step();
        EXPECT_EQ(proxy_.command("status").at("mode"), "pass") << "no commit was harmed";
    }

    Place place_ = fresh_place();
    adapters::PostgresStatus before_ = adapters::migrate_postgres(place_.options());
    support::PrivateServer proxy_{{"proxy", "--upstream", place_.url}};
    std::unique_ptr<adapters::Store> store_ = [this] {
        auto options = place_.options();
        options.url = proxy_.url();
        return adapters::open_postgres(options);
    }();
};

TEST_P(DoubtBesideJobs, ADutyBeginsAndEndsOnce) {
    bool begun = false;
    harmed([&] { begun = store_->begin_duty("d", "me", Millis{0}, Millis{60'000}); });
    EXPECT_TRUE(begun);
    harmed([&] { store_->end_duty("d", "me", "done", false); });
    ASSERT_EQ(store_->duties().size(), 1U);
    EXPECT_EQ(store_->duties().at(0).runs, 1);
    EXPECT_EQ(store_->duties().at(0).holder, "");
}

TEST_P(DoubtBesideJobs, MarksModesAndLeasesAreAsTheyWereSet) {
    base::Timestamp first{};
    harmed([&] { first = store_->schedule_mark("s"); });
    EXPECT_EQ(store_->schedule_mark("s"), first);
    harmed([&] { store_->set_schedule_mark("s", first + Millis{5}); });
    EXPECT_EQ(store_->schedule_mark("s"), first + Millis{5});
    harmed([&] { store_->set_queue_mode("tts", adapters::QueueMode::paused); });
    EXPECT_EQ(store_->queue_modes().size(), 1U);
    harmed([&] { store_->renew("w1", Millis{10'000}); });
    EXPECT_EQ(Raw{place_.url}.in(place_.schema)("SELECT count(*) FROM {s}.workers"), "1");
}

INSTANTIATE_TEST_SUITE_P(Commits, DoubtBesideJobs,
                         testing::Values("drop-commit-answer", "cut-before-commit"),
                         [](auto const& info) {
                             return std::string{info.param} == "drop-commit-answer" ? "answer_lost"
                                                                                    : "cut_before";
                         });

}  // namespace
}  // namespace postgres_tests
