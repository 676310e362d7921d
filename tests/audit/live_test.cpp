// The audit of a PostgreSQL that works: it reads, whoever asks, and nobody waits for it.
#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/postgres/support.h"
#include "worker/auditing.h"

namespace audit_tests {
namespace {

using postgres_tests::desk_over;
using postgres_tests::fresh_place;
using postgres_tests::Raw;

class LiveLedger : public testing::Test {
protected:
    LiveLedger() {
        desk_->auditing = false;
        for (int i = 0; i < users; ++i) {
            bill(i);
        }
    }

    // A job from its beginning to its end, every fourth without a result.
    void bill(int number) {
        auto const user = "u" + std::to_string(number % users);
        auto const id = desk_->submit(tests::request("script", user)).job->id;
        desk_->claim("w1");
        auto const said = number % 4 == 3 ? jobs::Said::failed : jobs::Said::completed;
        desk_->report({.job = id, .attempt = 1, .said = said, .error = jobs::Error{}});
    }

    std::unique_ptr<adapters::Store> opened(std::string const& url) {
        auto options = place_.options();
        options.url = url;
        options.opening = adapters::PostgresOpening::existing;
        return adapters::open_postgres(options);
    }

    static std::string said(wire::Audited const& audited) {
        std::string text;
        for (auto const& finding : audited.findings) {
            text += fmt::format("{}: {}: {}\n", finding.invariant, finding.account, finding.what);
        }
        return text;
    }

    static constexpr int users = 5;

    postgres_tests::Place place_ = fresh_place();
    std::unique_ptr<tests::Desk> desk_ = desk_over(place_.options());
    Raw owner_{place_.url};
    config::Settings settings_;
};

TEST_F(LiveLedger, IsCleanInEachAuditWhileItIsBilledAndNobodyWaits) {
    std::atomic<bool> enough = false;
    std::atomic<int> billed = 0;
    std::thread worker{[&] {
        for (int i = 0; !enough; ++i) {
            bill(i);
            billed = i + 1;
        }
    }};
    auto const auditor = opened(place_.url);
    for (int audits = 0; audits < 5; ++audits) {
        // The audit stands still between two accounts until more was billed, of all accounts.
        bool waited = false;
        auto const audited = worker::audit_books(
            *auditor, settings_, std::nullopt, [&](wire::Audited const& so_far) {
                if (so_far.accounts == 2) {
                    auto const before = billed.load();
                    waited = postgres_tests::until([&] { return billed > before + users; },
                                                   base::Millis{60'000});
                }
            });
        EXPECT_TRUE(waited) << "billing went on";
        EXPECT_EQ(said(audited), "");
        EXPECT_EQ(audited.accounts, users);
    }
    enough = true;
    worker.join();
    EXPECT_EQ(said(worker::audit_books(*auditor, settings_, std::nullopt)), "");
}

TEST_F(LiveLedger, IsAuditedByARoleThatMayOnlyRead) {
    owner_.in(place_.schema);
    auto const role = place_.schema + "_reader";
    owner_(
        fmt::format("CREATE ROLE {0} LOGIN; ALTER ROLE {0} SET default_transaction_read_only = "
                    "on; GRANT USAGE ON SCHEMA {{s}} TO {0}; GRANT SELECT ON ALL TABLES IN "
                    "SCHEMA {{s}} TO {0}",
                    role));
    auto const reader = opened(postgres_tests::as_role(place_.url, role));
    auto const audited = worker::audit_books(*reader, settings_, std::nullopt);
    EXPECT_EQ(said(audited), "");
    EXPECT_EQ(audited.jobs, users);
    worker::record_audit(*reader, audited, "a reader");  // can't, and does not mind
    EXPECT_EQ(said(worker::audit_books(*reader, settings_, "u1")), "");
}

// So many entries as this account claims are read over two connections that see the same.
TEST_F(LiveLedger, IsReadOverTwoConnectionsWhereItIsLarge) {
    owner_.in(place_.schema);
    owner_("UPDATE {s}.accounts SET entries = entries + 30000 WHERE user_id = 'u0'");
    std::string sessions;
    auto const audited = worker::audit_books(
        *opened(place_.url), settings_, std::nullopt, [&](wire::Audited const& so_far) {
            if (so_far.accounts == 1) {
                sessions = owner_(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "query LIKE 'COPY%' AND query LIKE '%\"" +
                    place_.schema + "\"%' AND pid <> pg_backend_pid()");
            }
        });
    EXPECT_EQ(sessions, "2");
    EXPECT_EQ(said(audited),
              "3: u0: the account counts 30002 entries, 2 are there: the tail is "
              "missing or added\n");
}

}  // namespace
}  // namespace audit_tests
