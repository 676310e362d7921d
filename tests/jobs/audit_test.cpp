// The audit of jobs against their entries finds whatever was tampered with.
#include "jobs/audit.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::State;
using ledger::Kind;

struct Page {
    std::vector<ledger::Entry> entries;
    std::vector<jobs::Job> jobs;

    jobs::Job& job(State state) { return *std::ranges::find(jobs, state, &jobs::Job::state); }

    // The first entry of that kind of the job in that state.
    ledger::Entry& entry(State state, Kind kind) {
        auto const id = job(state).id;
        return *std::ranges::find_if(
            entries, [&](auto const& entry) { return entry.job == id && entry.kind == kind; });
    }

    bool finds(int invariant) const {
        return std::ranges::any_of(jobs::audit(entries, jobs), [&](auto const& finding) {
            return finding.invariant == invariant;
        });
    }
};

// One job of each state: completed and settled, failed and refunded, cancelled and kept, running,
// waiting for its second try, and one that was never started.
Page busy_page() {
    Desk desk;
    auto const begin = [&](jobs::Request const& what) {
        auto const id = desk.submit(what).job->id;
        desk.claim("w1");
        return id;
    };
    auto tts = request("tts");
    tts.usage.characters = 30;
    desk.report(
        {.job = begin(tts), .attempt = 1, .said = Said::completed, .duration = Millis{7'000}});
    desk.report({.job = begin(request("script")),
                 .attempt = 1,
                 .said = Said::failed,
                 .error = jobs::Error{}});
    desk.cancel(begin(request("poster")));
    begin(request("script"));
    desk.submit(request("script"));
    Page page;
    desk.store->audit({.user = "u1"}, [&](adapters::AuditPage const& stored) {
        page = {.entries = stored.books.entries, .jobs = stored.jobs};
    });
    return page;
}

void expect_found(int invariant, std::function<void(Page&)> const& tamper) {
    auto page = busy_page();
    tamper(page);
    EXPECT_TRUE(page.finds(invariant));
}

TEST(JobAudit, HonestJobsAreClean) {
    auto const page = busy_page();
    EXPECT_EQ(page.jobs.size(), 5U);
    EXPECT_TRUE(jobs::audit(page.entries, page.jobs).empty());
}

TEST(JobAudit, NamesTheJob) {
    auto page = busy_page();
    auto& job = page.job(State::completed);
    job.bill.net += Credits{1};
    auto const findings = jobs::audit(page.entries, page.jobs);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].job, job.id);
    EXPECT_EQ(findings[0].account, "u1");
}

TEST(JobAudit, FindsASecondDebitOfOneCharge) {
    expect_found(
        4, [](Page& page) { page.entries.push_back(page.entry(State::completed, Kind::consume)); });
}

TEST(JobAudit, FindsASecondRefundOfOneCharge) {
    expect_found(
        4, [](Page& page) { page.entries.push_back(page.entry(State::failed, Kind::refund)); });
}

TEST(JobAudit, FindsAChargeThatWasEndedInTwoSteps) {
    expect_found(4, [](Page& page) {
        auto& refund = page.entry(State::failed, Kind::refund);
        auto second = refund;
        refund.amount = {2};
        second.amount = {3};
        page.entries.push_back(second);
    });
}

TEST(JobAudit, FindsAMissingRefund) {
    expect_found(4, [](Page& page) {
        auto const id = page.job(State::failed).id;
        std::erase_if(page.entries, [&](auto const& entry) {
            return entry.job == id && entry.kind == Kind::refund;
        });
    });
}

TEST(JobAudit, FindsARefundOfLessThanWasCharged) {
    expect_found(4,
                 [](Page& page) { page.entry(State::failed, Kind::refund).amount -= Credits{1}; });
}

TEST(JobAudit, FindsAChargeLeftOpenByAnEndedJob) {
    expect_found(4, [](Page& page) { page.job(State::failed).bill.open = true; });
    expect_found(4, [](Page& page) { page.job(State::completed).bill.open = true; });
}

TEST(JobAudit, FindsASettledPriceThatTheEntriesDoNotMake) {
    expect_found(5, [](Page& page) { page.job(State::completed).bill.settled += Credits{1}; });
}

TEST(JobAudit, FindsANetThatTheEntriesDoNotMake) {
    expect_found(5, [](Page& page) { page.job(State::cancelled).bill.net -= Credits{1}; });
}

TEST(JobAudit, FindsARunningJobThatWasNotCharged) {
    expect_found(6, [](Page& page) {
        auto const id = page.job(State::processing).id;
        std::erase_if(page.entries, [&](auto const& entry) { return entry.job == id; });
    });
}

TEST(JobAudit, FindsACompletedJobThatWasNotCharged) {
    expect_found(5, [](Page& page) {
        auto const id = page.job(State::completed).id;
        std::erase_if(page.entries, [&](auto const& entry) { return entry.job == id; });
    });
}

TEST(JobAudit, FindsAChargeOfAJobThatNeverStarted) {
    expect_found(6, [](Page& page) {
        auto entry = page.entry(State::processing, Kind::consume);
        entry.job = page.job(State::queued).id;
        page.entries.push_back(entry);
    });
}

TEST(JobAudit, FindsAChargeThatTheJobDoesNotKnow) {
    expect_found(6, [](Page& page) {
        auto entry = page.entry(State::completed, Kind::consume);
        entry.charge = 2;
        page.entries.push_back(entry);
    });
}

TEST(JobAudit, FindsEntriesWithoutTheirJob) {
    expect_found(6, [](Page& page) {
        auto const id = page.job(State::completed).id;
        std::erase_if(page.jobs, [&](auto const& job) { return job.id == id; });
    });
}

TEST(JobAudit, FindsAFreeJobThatWasCharged) {
    expect_found(5, [](Page& page) {
        page.job(State::completed).quoted = {};
        page.job(State::completed).bill.settled = {};
    });
}

TEST(JobAudit, FindsAMemberWhoWasCharged) {
    expect_found(5, [](Page& page) { page.job(State::completed).bill.waived = {10}; });
}

TEST(JobAudit, FindsACompletedJobThatWasNeverCharged) {
    expect_found(6, [](Page& page) {
        auto& job = page.job(State::completed);
        std::erase_if(page.entries, [&](auto const& entry) { return entry.job == job.id; });
        job.bill = {.charge = 1};
    });
}

TEST(JobAudit, FindsAChargeThatHoldsOtherThanTheJobSays) {
    expect_found(6, [](Page& page) { page.job(State::processing).bill.debited = {4}; });
}

TEST(JobAudit, FindsAChargeOfAnEarlierTryThatWasNotGivenBack) {
    auto page = busy_page();
    auto& job = page.job(State::failed);
    auto debit = page.entry(State::failed, Kind::consume);
    debit.charge = job.bill.charge + 1;
    job.bill.charge += 2;  // as if it had been tried twice more
    page.entries.push_back(debit);
    EXPECT_TRUE(page.finds(4));
    job.terms.on_moderation = pricing::CancelRule::none;  // its terms may keep it
    auto const found = jobs::audit(page.entries, page.jobs);
    EXPECT_TRUE(std::ranges::none_of(found, [](auto const& finding) {
        return finding.what.contains("ended without a result and");
    }));
}

TEST(JobAudit, FindsAnOpenChargeThatNobodyPaidAndOneThatIsMissing) {
    auto page = busy_page();
    page.job(State::processing).bill.open = false;
    EXPECT_TRUE(page.finds(6));
    page = busy_page();
    std::erase_if(page.entries,
                  [&](auto const& entry) { return entry.job == page.job(State::processing).id; });
    EXPECT_TRUE(page.finds(6));
}

TEST(JobAudit, DoesNotFallOverAmountsThatCanNotBeAddedUp) {
    for (auto const amount : {std::int64_t{1} << 61, -(std::int64_t{1} << 61)}) {
        auto page = busy_page();
        page.entry(State::completed, Kind::consume).amount = {amount};
        EXPECT_TRUE(page.finds(5));
    }
    auto page = busy_page();
    page.entry(State::completed, Kind::consume).amount = {-(std::int64_t{1} << 60) + 1};
    auto const entry = page.entry(State::completed, Kind::consume);
    page.entries.insert(page.entries.end(), 3, entry);
    EXPECT_TRUE(page.finds(4));
}

}  // namespace
}  // namespace tests
