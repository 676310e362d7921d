// Partitions are made ahead of need, whoever comes first, and nobody waits for one.
#include <thread>

#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

constexpr std::int64_t part = 4'000'000;

class Room : public testing::Test {
protected:
    Room() {
        desk_->auditing = false;
        raw_.in(place_.schema);
    }

    std::string rows(std::string const& table) { return raw_("SELECT count(*) FROM {s}." + table); }

    bool there_is(std::string const& table) {
        return raw_(fmt::format("SELECT to_regclass('{}.{}') IS NOT NULL", place_.schema, table)) ==
               "t";
    }

    void go_to(std::string const& sequence, std::int64_t number) {
        raw_(fmt::format("SELECT setval('{{s}}.{}', {})", sequence, number));
    }

    void live_through_one_job(std::string const& user) {
        auto const id = desk_->submit(tests::request("script", user)).job->id;
        ASSERT_EQ(desk_->claim("w1", 1, {"script"}).size(), 1U);
        desk_->report({.job = id, .attempt = 1, .said = jobs::Said::completed});
        ASSERT_EQ(desk_->job(id).state, jobs::State::completed);
    }

    Place place_ = fresh_place();
    std::unique_ptr<tests::Desk> desk_ = desk_over(place_.options());
    Raw raw_{place_.url};
};

TEST_F(Room, IsThereForMoreThanHasBeenBegun) {
    for (char const* const table : {"jobs_0", "jobs_4000000", "entries_0", "entries_4000000"}) {
        EXPECT_TRUE(there_is(table)) << table;
    }
    EXPECT_EQ(raw_("SELECT {s}.make_room()"), "0");
    EXPECT_FALSE(there_is("jobs_12000000"));
    go_to("job_ids", 2 * part + 5);
    EXPECT_EQ(raw_("SELECT {s}.make_room()"), "2");
    EXPECT_TRUE(there_is("jobs_12000000"));
    EXPECT_EQ(raw_("SELECT {s}.make_room()"), "0");
}

TEST_F(Room, RowsGoOnInTheNextPartitionOfEach) {
    go_to("job_ids", part - 1 - 2);
    go_to("entry_numbers", part - 1 - 2);
    for (int i = 0; i < 4; ++i) {
        live_through_one_job("u1");
    }
    EXPECT_NE(rows("jobs_0"), "0");
    EXPECT_NE(rows("jobs_4000000"), "0");
    EXPECT_NE(rows("entries_0"), "0");
    EXPECT_NE(rows("entries_4000000"), "0");
    EXPECT_EQ(desk_->balance("u1"), 500);
    EXPECT_EQ(desk_->store->list_jobs({}).size(), 4U);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Room, ThatIsMissingIsMadeByWhoeverNeedsIt) {
    go_to("job_ids", 3 * part + 7);
    go_to("entry_numbers", 5 * part + 7);
    live_through_one_job("u1");
    EXPECT_TRUE(there_is("jobs_12000000"));
    EXPECT_TRUE(there_is("entries_20000000"));
    EXPECT_NE(rows("jobs_12000000"), "0");
    EXPECT_NE(rows("entries_20000000"), "0");
    EXPECT_EQ(desk_->audit(), "") << "the guards stand on the new ones too";
    EXPECT_EQ(raw_.refusal("TRUNCATE {s}.entries_20000000"), "55000");
    EXPECT_EQ(raw_.refusal("DELETE FROM {s}.entries_20000000"), "55000");
}

TEST_F(Room, IsMadeOnceByTwoStoresAtOnce) {
    desk_->open_account("u1");
    go_to("job_ids", 4 * part + 1);
    go_to("entry_numbers", 4 * part + 1);
    auto const beside = adapters::open_postgres(place_.options());
    std::vector<adapters::Store*> const stores{desk_->store.get(), beside.get(), desk_->store.get(),
                                               beside.get()};
    std::vector<std::jthread> threads;
    for (auto* const store : stores) {
        threads.emplace_back([&, store] {
            for (int round = 0; round < 5; ++round) {
                std::vector const requests{tests::request("script")};
                store->transact(jobs::load_for_submit(requests, desk_->rules),
                                [&](jobs::Batch& batch) {
                                    jobs::submit(batch, requests, desk_->book, desk_->rules);
                                });
            }
        });
    }
    threads.clear();
    EXPECT_EQ(rows("jobs"), "20");
    EXPECT_EQ(rows("jobs_16000000"), "20");
    EXPECT_EQ(desk_->claim("w1", 50, {"script"}).size(), 20U);
    EXPECT_NE(rows("entries_16000000"), "0");
    EXPECT_EQ(desk_->audit(), "");
}

}  // namespace
}  // namespace postgres_tests
