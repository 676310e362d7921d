// Messages: written with what makes them true, delivered by one at a time, in order.
#include "tests/contract/outbox_contract.h"

namespace contract {

namespace {

using adapters::LaneReport;
using adapters::MessageState;
using base::Millis;

constexpr Millis day{24LL * 3600 * 1000};

jobs::Message to(std::string const& target, base::AccountId account, std::string const& body) {
    return {.target = target,
            .user = "it's \"ann\"",
            .account = account,
            .job = {7},
            .kind = "job.completed",
            .body = body};
}

LaneReport delivered(adapters::Lane const& lane) {
    LaneReport report{.target = lane.target, .account = lane.account, .claim = lane.claim};
    for (auto const& message : lane.messages) {
        report.tried.push_back({.id = message.id, .state = MessageState::delivered, .status = 200});
    }
    return report;
}

LaneReport failed(adapters::Lane const& lane, Millis due_in, MessageState state) {
    LaneReport report{.target = lane.target, .account = lane.account, .claim = lane.claim};
    report.tried.push_back(
        {.id = lane.messages.at(0).id, .state = state, .status = 500, .error = "it's {\"?\"}"});
    report.due_in = due_in;
    report.failing = true;
    return report;
}

std::vector<std::string> bodies(adapters::Lane const& lane) {
    std::vector<std::string> all;
    for (auto const& message : lane.messages) {
        all.push_back(message.body);
    }
    return all;
}

using Bodies = std::vector<std::string>;

}  // namespace

TEST_P(OutboxContract, AMessageIsKeptAsItWasWritten) {
    auto message = to("https://a.example", {3}, R"({"text":"it's \"{?}\" é, 你好"})");
    message.url = "https://a.example/x?y={z}";
    write({message});
    auto const lanes = claim();
    ASSERT_EQ(lanes.size(), 1U);
    ASSERT_EQ(lanes[0].messages.size(), 1U);
    auto const& kept = lanes[0].messages[0];
    EXPECT_EQ(kept.body, message.body);
    EXPECT_EQ(kept.url, message.url);
    EXPECT_EQ(kept.user, message.user);
    EXPECT_EQ(kept.job, message.job);
    EXPECT_EQ(kept.kind, message.kind);
    EXPECT_EQ(kept.created_at, now());
    EXPECT_EQ(kept.state, MessageState::pending);
    EXPECT_EQ(kept.attempts, 0);
    EXPECT_EQ(outbox().find(kept.id)->body, message.body);
    EXPECT_FALSE(outbox().find(kept.id + 1));
}

TEST_P(OutboxContract, WhatThrowsTellsNobody) {
    auto const write_and_throw = [&] {
        change({}, [&](jobs::Batch& batch) {
            batch.messages.push_back(to("a", {1}, "{}"));
            throw std::runtime_error{"no"};
        });
    };
    EXPECT_THROW(write_and_throw(), std::runtime_error);
    EXPECT_TRUE(claim().empty());
}

TEST_P(OutboxContract, ALaneIsDeliveredInOrderByOneAtATime) {
    write({to("a", {1}, "1"), to("a", {2}, "2"), to("b", {1}, "3"), to("a", {1}, "4")});
    auto const lanes = claim();
    ASSERT_EQ(lanes.size(), 3U);
    EXPECT_EQ(bodies(lanes[0]), (Bodies{"1", "4"}));
    EXPECT_EQ(bodies(lanes[1]), Bodies{"2"});
    EXPECT_EQ(bodies(lanes[2]), Bodies{"3"});
    EXPECT_TRUE(claim().empty());

    write({to("a", {1}, "5")});
    EXPECT_TRUE(claim().empty());
    outbox().report({delivered(lanes[0])});
    auto const next = claim();
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(bodies(next[0]), Bodies{"5"});
}

TEST_P(OutboxContract, ALeaseThatIsOverGivesTheLaneToTheNextAndTheFirstIsNotHeard) {
    write({to("a", {1}, "1")});
    auto const first = claim();
    clock_.advance(lease);
    auto const second = claim();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(first[0].claim, second[0].claim);
    outbox().report({failed(first[0], {}, MessageState::dead)});
    EXPECT_EQ(outbox().find(first[0].messages[0].id)->state, MessageState::pending);
    outbox().report({delivered(second[0])});
    EXPECT_EQ(outbox().find(first[0].messages[0].id)->state, MessageState::delivered);
    clock_.advance(lease);
    EXPECT_TRUE(claim().empty());
}

TEST_P(OutboxContract, AFailingLaneWaitsAndHoldsUpNobodyElse) {
    write({to("a", {1}, "1"), to("a", {1}, "2"), to("a", {2}, "3")});
    auto const lanes = claim();
    ASSERT_EQ(lanes.size(), 2U);
    auto const since = now();
    outbox().report({failed(lanes[0], Millis{5'000}, MessageState::pending), delivered(lanes[1])});
    auto const tried = *outbox().find(lanes[0].messages[0].id);
    EXPECT_EQ(tried.attempts, 1);
    EXPECT_EQ(tried.status, 500);
    EXPECT_EQ(tried.error, "it's {\"?\"}");
    EXPECT_EQ(tried.tried_at, now());
    clock_.advance(Millis{4'999});
    EXPECT_TRUE(claim().empty());
    clock_.advance(Millis{1});
    auto const again = claim();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(bodies(again[0]), (Bodies{"1", "2"}));
    EXPECT_EQ(again[0].failing_since, since);

    outbox().report({failed(again[0], Millis{0}, MessageState::dead)});
    auto const rest = claim();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(bodies(rest[0]), Bodies{"2"});
    EXPECT_EQ(rest[0].failing_since, since);
    outbox().report({delivered(rest[0])});
    EXPECT_TRUE(claim().empty());
}

TEST_P(OutboxContract, TargetsAreTakenAsAsked) {
    write({to("a", {1}, "1"), to("b", {1}, "2"), to("b", {2}, "3"), to("c", {1}, "4")});
    auto wanted = any_lanes();
    wanted.skip = {"a", "it's {?}"};
    wanted.targets = 1;
    wanted.lanes = 1;
    auto lanes = claim(wanted);
    ASSERT_EQ(lanes.size(), 1U);
    EXPECT_EQ(lanes[0].target, "b");
    wanted.after = "b";
    lanes = claim(wanted);
    ASSERT_EQ(lanes.size(), 1U);
    EXPECT_EQ(lanes[0].target, "c");
    wanted = any_lanes();
    wanted.only = std::vector<std::string>{"a"};
    lanes = claim(wanted);
    ASSERT_EQ(lanes.size(), 1U);
    EXPECT_EQ(lanes[0].target, "a");
    wanted.only = std::vector<std::string>{};
    EXPECT_TRUE(claim(wanted).empty());
}

TEST_P(OutboxContract, OfALaneNoMoreThanAskedIsTakenAndTheRestIsNext) {
    write({to("a", {1}, "1"), to("a", {1}, "2"), to("a", {1}, "3")});
    auto wanted = any_lanes();
    wanted.messages = 2;
    auto const first = claim(wanted);
    EXPECT_EQ(bodies(first[0]), (Bodies{"1", "2"}));
    outbox().report({delivered(first[0])});
    EXPECT_EQ(bodies(claim(wanted)[0]), Bodies{"3"});
}

TEST_P(OutboxContract, ANoticeThatIsSaidOnceIsSaidOnceToEach) {
    auto message = to("a", {1}, "1");
    message.once = "cap u 1";
    auto other = message;
    other.target = "b";
    write({message, message, other});
    write({message});
    EXPECT_EQ(outbox().list({}).size(), 2U);
    for (auto const& lane : claim()) {
        outbox().report({delivered(lane)});
    }
    EXPECT_TRUE(claim().empty());
}

TEST_P(OutboxContract, MessagesAreListedAndCounted) {
    write({to("a", {1}, "1"), to("a", {1}, "2"), to("b", {1}, "3")});
    EXPECT_EQ(outbox().figures(), (adapters::OutboxFigures{.pending = 3, .oldest_pending = now()}));
    auto const lanes = claim();
    clock_.advance(Millis{10});
    outbox().report({failed(lanes[0], Millis{0}, MessageState::dead), delivered(lanes[1])});
    EXPECT_EQ(
        outbox().figures(),
        (adapters::OutboxFigures{
            .pending = 1, .dead = 1, .oldest_pending = now() - Millis{10}, .newest_dead = now()}));
    EXPECT_EQ(outbox().list({}).size(), 3U);
    auto const dead = outbox().list({.state = MessageState::dead});
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].body, "1");
    EXPECT_EQ(outbox().list({.target = "b"}).size(), 1U);
    EXPECT_EQ(outbox().list({.user = "nobody"}).size(), 0U);
    auto const newest = outbox().list({.limit = 1});
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest[0].body, "3");
    EXPECT_EQ(outbox().list({.before = newest[0].id}).size(), 2U);
}

TEST_P(OutboxContract, AReplayedMessageIsDueAtOnceAndFirst) {
    write({to("a", {1}, "1"), to("a", {1}, "2")});
    auto const lanes = claim();
    outbox().report({failed(lanes[0], Millis{60'000}, MessageState::dead)});
    EXPECT_EQ(outbox().replay({lanes[0].messages[0].id, 999}), 1);
    auto const again = claim();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(bodies(again[0]), (Bodies{"1", "2"}));
    EXPECT_FALSE(again[0].failing_since);
    outbox().report({delivered(again[0])});
    EXPECT_EQ(outbox().replay({lanes[0].messages[0].id}), 1);
    ASSERT_EQ(claim().size(), 1U);
    EXPECT_EQ(outbox().replay({}), 0);
}

TEST_P(OutboxContract, WhatWasDeliveredIsPrunedAndNothingElse) {
    write({to("a", {1}, "1"), to("b", {1}, "2"), to("c", {1}, "3")});
    auto const lanes = claim();
    outbox().report({delivered(lanes[0]), failed(lanes[1], {}, MessageState::dead)});
    EXPECT_EQ(outbox().prune(now(), 10), 0);
    clock_.advance(Millis{1});
    EXPECT_EQ(outbox().prune(now(), 0), 0);
    EXPECT_EQ(outbox().prune(now(), 10), 1);
    EXPECT_EQ(outbox().list({}).size(), 2U);
}

TEST_P(OutboxContract, AGrantIsWarnedOfOnceAStage) {
    open("ann");
    open("bob");
    grant("ann", 40 * day);
    grant("bob", 20 * day);
    EXPECT_EQ(warn(10).accounts, 0);
    clock_.advance(10 * day + Millis{1});
    EXPECT_EQ(warn(10).accounts, 1);
    EXPECT_EQ(warn(10).accounts, 0);
    EXPECT_EQ(told_, Bodies{"ann"});
    EXPECT_EQ(warn(10, 1).accounts, 0);
    clock_.advance(4 * day);
    EXPECT_EQ(warn(10, 1).accounts, 1);
    EXPECT_EQ(told_, (Bodies{"ann", "bob"}));
    EXPECT_EQ(warn(10).accounts, 0);
}

TEST_P(OutboxContract, GrantsThatEndAtOneInstantAreWarnedOfInPartsAndNoneTwice) {
    for (auto const* const user : {"a", "b", "c", "d", "e"}) {
        open(user);
        grant(user, 31 * day);
        grant(user, 31 * day);
    }
    clock_.advance(2 * day);
    auto const first = warn(2);
    EXPECT_EQ(first.accounts, 2);
    EXPECT_EQ(first.grants, 4);
    EXPECT_TRUE(first.more);
    EXPECT_TRUE(warn(2).more);
    auto const last = warn(2);
    EXPECT_EQ(last.accounts, 1);
    EXPECT_FALSE(last.more);
    EXPECT_EQ(warn(2).accounts, 0);
    std::ranges::sort(told_);
    EXPECT_EQ(told_, (Bodies{"a", "b", "c", "d", "e"}));
}

TEST_P(OutboxContract, AWarningThatIsNotCommittedIsGivenTheNextTime) {
    open("ann");
    grant("ann", 31 * day);
    clock_.advance(2 * day);
    auto const stage = jobs::stages()[0];
    EXPECT_THROW(change(jobs::load_for_warnings(stage, 10),
                        [&](jobs::Batch& batch) {
                            jobs::warn(batch, stage, 10);
                            throw std::runtime_error{"no"};
                        }),
                 std::runtime_error);
    EXPECT_EQ(warn(10).accounts, 1);
}

TEST_P(OutboxContract, WhatIsSpentOrGoneIsNotWarnedOf) {
    open("ann", 0);
    grant("ann", 31 * day);
    change({.users = {"ann"}}, [&](jobs::Batch& batch) {
        auto const spent = ledger::debit(
            *batch.wallet_of("ann"), {.kind = ledger::Kind::consume, .amount = {10}}, batch.now);
        ASSERT_EQ(spent, ledger::DebitOutcome::debited);
    });
    clock_.advance(2 * day);
    EXPECT_EQ(warn(10).accounts, 0);
    open("bob");
    grant("bob", 31 * day);
    clock_.advance(40 * day);
    EXPECT_EQ(warn(10).accounts, 0);
}

}  // namespace contract
