// Services with several providers: who is asked, who is asked next, and when a job waits.
#include <gtest/gtest.h>

#include "jobs/steer.h"
#include "tests/worker/world.h"

namespace tests {

using adapters::Blame;
using adapters::Doubt;
using jobs::State;

namespace {

// `script` goes to `a` first, then to `b`.
void set_route(World& world) {
    for (auto const* const name : {"a", "b"}) {
        world.settings.providers[name] = {.name = name, .kind = config::Simulated{}};
    }
    config::Service service;
    service.route = {{.provider = "a", .model = "m1"}, {.provider = "b", .rank = 1}};
    service.rules = world.settings.rules.defaults;
    service.rules.provider.clear();
    world.settings.services["script"] = service;
    world.settings.rules.services["script"] = service.rules;
    world.desk.rules = world.settings.rules;
}

// Whoever has it, `a`, works on it still when its worker hands it back.
base::JobId hand_back_what_a_has(World& world) {
    set_route(world);
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire("w1");
    world.until([&] { return !world.job(id).task.empty(); });
    world.leave("w1", true);
    world.settings.services["script"].route = {{.provider = "b"}};
    return id;
}

auto refusing(Blame blame, std::string code = "provider_unavailable") {
    return [=](adapters::Call const&) { return not_taken(blame, code); };
}

std::vector<std::string> list(std::initializer_list<std::string> names) {
    return names;
}

}  // namespace

TEST(Routed, SaysWhoIsCalledAndByWhichModelBeforeItIsCalled) {
    World world;
    set_route(world);
    world.stage.hold_submits = true;
    auto const id = world.submit();
    EXPECT_EQ(world.job(id).provider, "");
    world.hire();
    world.until([&] { return !world.stage.submits().empty(); });
    EXPECT_EQ(world.job(id).provider, "a");
    EXPECT_EQ(world.job(id).model, "m1");
    EXPECT_EQ(world.stage.submits().front().model, "m1");
    world.stage.hold_submits = false;
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.events(id), "routed submitted");
}

TEST(Routed, GoesToTheNextWhenTheFirstHasNotTakenIt) {
    World world;
    set_route(world);
    world.stage.on_submit_to["a"] = refusing(Blame::moment);
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).provider, "b");
    EXPECT_EQ(world.job(id).failures, 0);
    EXPECT_EQ(world.stage.asked(), list({"a", "b"}));
    EXPECT_EQ(world.balance(), 515);
}

TEST(Routed, NeverGoesToAnotherWhileTheFirstMayHaveIt) {
    World world;
    set_route(world);
    world.stage.doubt = Doubt::park;
    world.stage.on_submit_to["a"] = [](auto const&) {
        return adapters::Submitted{.verdict = unseen()};
    };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).parked; });
    world.idle(Millis{20});
    EXPECT_EQ(world.stage.asked(), list({"a"}));
    EXPECT_EQ(world.job(id).provider, "a");
    jobs::Steered steered;
    world.desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
        steered = jobs::settle_doubt(batch, id, {.verdict = jobs::Ruling::Verdict::submit},
                                     world.desk.rules);
    });
    world.stage.on_submit_to.clear();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

TEST(Routed, CountsAsAFailureOnlyWhenAllHaveRefused) {
    World world;
    set_route(world);
    world.stage.on_submit_to["a"] = refusing(Blame::moment);
    world.stage.on_submit_to["b"] = refusing(Blame::moment, "rate_limited");
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).failures == 1; });
    auto const job = world.job(id);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_TRUE(job.error.value().retryable);
    EXPECT_EQ(world.balance(), 515);
    world.stage.on_submit_to.clear();
    world.advance(Millis{600'000});
    world.desk.wake();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

TEST(Routed, AsksNobodyElseAboutContentThatOneHasRefused) {
    World world;
    set_route(world);
    world.stage.on_submit_to["a"] = refusing(Blame::content, "sensitive");
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.job(id).error.value().code, "moderation");
    EXPECT_EQ(world.stage.asked(), list({"a"}));
    EXPECT_EQ(world.balance(), 520);
}

TEST(Routed, KeepsTheChargeOfRefusedContentWhereTheServiceSaysSo) {
    World world;
    set_route(world);
    world.settings.rules.services["script"].keeps_moderated = true;
    world.desk.rules = world.settings.rules;
    world.stage.on_submit_to["a"] = refusing(Blame::content, "sensitive");
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).error.value().code, "moderation");
    EXPECT_EQ(world.job(id).bill.refunded, Credits{0});
    EXPECT_EQ(world.balance(), 515);
}

TEST(Routed, IsNotInDoubtWhenItsWorkerWasLostBeforeAnybodyWasCalled) {
    World world;
    set_route(world);
    auto const id = world.submit();
    world.desk.claim("w0");
    EXPECT_EQ(world.job(id).provider, "");
    world.desk.kill("w0");
    world.desk.rescue();
    EXPECT_FALSE(world.job(id).fate_unknown);
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

TEST(Routed, StaysWithWhoHasItWhenTheRouteHasChanged) {
    World world;
    auto const id = hand_back_what_a_has(world);
    world.stage.on_poll = {};
    world.hire("w2");
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).provider, "a");
    EXPECT_EQ(world.stage.asked(), list({"a"}));
}

TEST(Routed, IsParkedWithItsChargeWhenWhoHasItIsNotConfiguredAnyMore) {
    World world;
    auto const id = hand_back_what_a_has(world);
    world.settings.providers.erase("a");
    world.hire("w2");
    world.until([&] { return world.job(id).parked; });
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_EQ(world.job(id).task, "task-1-1");
    EXPECT_EQ(world.balance(), 515);
    world.leave("w2", true);
    world.settings.providers["a"] = {.name = "a", .kind = config::Simulated{}};
    world.stage.on_poll = {};
    world.hire("w3");
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 1U);
}

TEST(Limits, HoldBackWhatAProviderMayNotHaveAtOnceOverAllWorkers) {
    World world;
    set_route(world);
    world.settings.services["script"].route = {{.provider = "a"}};
    world.settings.providers["a"].limits.concurrency = 2;
    bool go = false;
    world.stage.on_poll = [&](auto const&, auto const&) { return go ? done() : still_running(); };
    std::vector<base::JobId> ids;
    for (int i = 0; i < 6; ++i) {
        ids.push_back(world.submit());
    }
    world.hire("w1");
    world.hire("w2");
    world.until([&] { return world.stage.submits().size() == 2; });
    world.idle(Millis{30});
    EXPECT_EQ(world.stage.submits().size(), 2U);
    go = true;
    world.until([&] {
        world.advance(Millis{1'000});
        world.desk.wake();
        return std::ranges::all_of(ids, [&](auto id) { return jobs::ended(world.job(id).state); });
    });
    for (auto const id : ids) {
        EXPECT_EQ(world.job(id).state, State::completed);
        EXPECT_EQ(world.job(id).failures, 0);
    }
    EXPECT_LE(world.stage.most_at_once(), 2);
}

TEST(Limits, LeaveAPlaceForAnotherWhereAJobIsParked) {
    World world;
    set_route(world);
    world.settings.services["script"].route = {{.provider = "a"}};
    world.settings.providers["a"].limits.concurrency = 1;
    world.stage.doubt = Doubt::park;
    world.stage.on_submit = [first = true](adapters::Call const&) mutable {
        bool const is_lost = std::exchange(first, false);
        return adapters::Submitted{.verdict = is_lost ? unseen() : done()};
    };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).parked; });
    auto const here = [&] { return world.hand().runner().router().states().at("a").here; };
    world.until([&] { return here() == 0; });
    auto const next = world.submit();
    world.until_ended(next);
    EXPECT_EQ(world.job(next).state, State::completed);
    EXPECT_TRUE(world.job(id).parked);
    jobs::Steered steered;
    world.desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
        steered = jobs::settle_doubt(batch, id, {.verdict = jobs::Ruling::Verdict::fail},
                                     world.desk.rules);
    });
    world.until([&] { return world.hand().runner().running() == 0; });
    EXPECT_EQ(here(), 0);
}

TEST(Limits, LeaveAJobInTheQueueWithItsChargeWhileItsProviderRefusesUs) {
    World world;
    set_route(world);
    world.settings.services["script"].route = {{.provider = "a"}};
    world.stage.on_submit_to["a"] = refusing(Blame::provider, "key");
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).wait == jobs::Wait::time; });
    EXPECT_EQ(world.job(id).failures, 0);
    EXPECT_EQ(world.balance(), 515);
    EXPECT_TRUE(world.hand().runner().router().states().at("a").refuses_us);
    auto const next = world.submit();
    world.until([&] { return world.job(next).wait == jobs::Wait::time; });
    EXPECT_EQ(world.stage.submits().size(), 1U);
}

TEST(Costs, AreWrittenDownWithWhatTheyWereFor) {
    World world;
    set_route(world);
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = done();
        verdict.cost = adapters::Cost{.micros = 70'000, .currency = "CNY"};
        verdict.request_id = "req-1";
        verdict.usage = R"({"seconds":5})";
        verdict.word = "succeed";
        return verdict;
    };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    auto const calls = world.desk.store->calls().of(id);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].provider, "a");
    EXPECT_EQ(calls[0].model, "m1");
    EXPECT_EQ(calls[0].service, "script");
    EXPECT_EQ(calls[0].request_id, "req-1");
    EXPECT_EQ(calls[0].word, "succeed");
    EXPECT_EQ(calls[0].micros, 70'000);
    EXPECT_EQ(calls[0].currency, "CNY");
    EXPECT_EQ(calls[0].credits, Credits{5});
    EXPECT_TRUE(calls[0].completed);
}

TEST(Costs, AreNotWrittenDownWhereThereIsNothingToTell) {
    World world;
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_TRUE(world.desk.store->calls().of(id).empty());
}

TEST(Costs, AreWhatTheSettingsSayWhereTheProviderDoesNot) {
    World world;
    set_route(world);
    world.settings.providers["a"].cost = config::CallCost{.micros = 500'000, .currency = "CNY"};
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    auto const sums = world.desk.store->calls().costs({}, world.clock.now() + Millis{1}, {});
    ASSERT_EQ(sums.size(), 1U);
    EXPECT_EQ(sums[0].micros, 500'000);
    EXPECT_EQ(sums[0].credits, Credits{5});
}

}  // namespace tests
