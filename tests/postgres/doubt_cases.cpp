#include "tests/postgres/doubt_cases.h"

#include <fmt/core.h>

#include "jobs/accounts.h"
#include "jobs/prune.h"

namespace postgres_tests {

namespace {

using jobs::Said;

void queued(Scene& scene) {
    scene.job = scene.desk.submit(tests::request("script")).job->id;
}

void running(Scene& scene) {
    queued(scene);
    EXPECT_EQ(scene.desk.claim("w1", 1, {"script"}).size(), 1U);
}

jobs::Report say(Scene const& scene, Said said) {
    jobs::Report report{.job = scene.job, .attempt = 1, .said = said};
    report.needs_charge = said == Said::completed || said == Said::failed;
    if (said == Said::failed) {
        report.error = jobs::Error{.code = "provider_failed"};
    }
    if (said == Said::alive) {
        report.progress = 40;
    }
    return report;
}

Operation reporting(std::string name, Said said, jobs::ReportOutcome answer, std::string after) {
    return {.name = std::move(name),
            .prepare = running,
            .load = [said](Scene& scene) { return jobs::load_for_report({say(scene, said)}); },
            .decide =
                [said](Scene& scene, jobs::Batch& batch) {
                    auto const answers = jobs::report(batch, {say(scene, said)}, scene.desk.rules);
                    scene.answer = fmt::format("{}", static_cast<int>(answers.at(0).outcome));
                },
            .answer = fmt::format("{}", static_cast<int>(answer)),
            .before = "processing/1 0% charge 1 open · balance 515 · entries 2",
            .after = std::move(after)};
}

Operation submitting() {
    return {
        .name = "submit",
        .prepare = [](Scene& scene) { scene.request = tests::request("script"); },
        .load =
            [](Scene& scene) { return jobs::load_for_submit({scene.request}, scene.desk.rules); },
        .decide =
            [](Scene& scene, jobs::Batch& batch) {
                auto const answers =
                    jobs::submit(batch, {scene.request}, scene.desk.book, scene.desk.rules);
                scene.answer = fmt::format("{}", static_cast<int>(answers.at(0).outcome));
            },
        .answer = "0",
        .before = "no account",
        .after = "queued/0 0% charge 0 · balance 520 · entries 1"};
}

// So much that it goes ahead of the commit in a trip of its own.
Operation submitting_much() {
    auto much = submitting();
    much.name = "submit_much";
    much.prepare = [](Scene& scene) {
        scene.request = tests::request("script");
        scene.request.input = "{\"text\":\"" + std::string(100'000, 'x') + "\"}";
    };
    return much;
}

Operation taking_up() {
    auto inbox = submitting();
    inbox.name = "take_up";
    inbox.prepare = [](Scene& scene) {
        scene.request = tests::request("script");
        scene.request.id = scene.desk.store->inbox(1).at(0).id;
    };
    return inbox;
}

Operation starting() {
    return {.name = "start",
            .prepare = queued,
            .load =
                [](Scene& scene) {
                    jobs::Claim const claim{.limit = 4,
                                            .rooms = {{.service = "script", .slots = 4}}};
                    return jobs::load_for_start(claim, scene.desk.rules);
                },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    auto const starts = jobs::start(batch, "w1", scene.desk.rules);
                    scene.answer = fmt::format("{} started", starts.size());
                },
            .answer = "1 started",
            .before = "queued/0 0% charge 0 · balance 520 · entries 1",
            .after = "processing/1 0% charge 1 open · balance 515 · entries 2"};
}

Operation cancelling() {
    return {.name = "cancel",
            .prepare = running,
            .load = [](Scene& scene) { return jobs::load_for_cancel(scene.job); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    auto const steered = jobs::cancel(batch, scene.job, scene.desk.rules);
                    scene.answer = fmt::format("{}", static_cast<int>(steered.outcome));
                },
            .answer = "0",
            .before = "processing/1 0% charge 1 open · balance 515 · entries 2",
            .after = "cancelled/1 0% charge 1 · balance 520 · entries 3"};
}

Operation retrying() {
    return {.name = "retry",
            .prepare =
                [](Scene& scene) {
                    running(scene);
                    scene.desk.report(say(scene, Said::failed));
                },
            .load = [](Scene& scene) { return jobs::load_for_retry(scene.job); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    auto const steered = jobs::retry(batch, scene.job, scene.desk.rules);
                    scene.answer = fmt::format("{}", static_cast<int>(steered.outcome));
                },
            .answer = "0",
            .before = "failed/1 0% charge 1 · balance 520 · entries 3",
            .after = "queued/1 0% charge 1 · balance 520 · entries 3"};
}

Operation granting(std::string name, std::string reference) {
    return {.name = std::move(name),
            .prepare = [](Scene& scene) { scene.desk.open_account("u1"); },
            .load = [reference](Scene&) { return jobs::load_for_move("u1", reference); },
            .decide =
                [reference](Scene& scene, jobs::Batch& batch) {
                    auto const moved = jobs::grant(
                        batch, "u1", {.amount = {100}, .reference = reference}, scene.desk.rules);
                    scene.answer = fmt::format("{}", static_cast<int>(moved.outcome));
                },
            .answer = "0",
            .before = "no job · balance 520 · entries 1",
            .after = "no job · balance 620 · entries 2"};
}

Operation spending() {
    return {.name = "spend",
            .prepare = [](Scene& scene) { scene.desk.open_account("u1"); },
            .load = [](Scene&) { return jobs::load_for_move("u1", ""); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    auto const moved = jobs::spend(batch, "u1", {.amount = {20}}, scene.desk.rules);
                    scene.answer = fmt::format("{}", static_cast<int>(moved.outcome));
                },
            .answer = "0",
            .before = "no job · balance 520 · entries 1",
            .after = "no job · balance 500 · entries 2"};
}

Operation expiring() {
    return {.name = "expire",
            .prepare =
                [](Scene& scene) {
                    auto const end = scene.desk.now + Millis{1'000};
                    scene.desk.give("u1", {.amount = {100}, .expires_at = end});
                    scene.desk.now += Millis{2'000};
                },
            .load = [](Scene&) { return jobs::load_for_expiry(10); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    scene.answer = fmt::format("{} expired", jobs::expire(batch).grants);
                },
            .answer = "1 expired",
            .before = "no job · balance 520 · entries 2",
            .after = "no job · balance 520 · entries 3"};
}

Operation waking() {
    return {.name = "wake",
            .prepare =
                [](Scene& scene) {
                    auto request = tests::request("script");
                    request.run_at = scene.desk.now + Millis{1'000};
                    scene.job = scene.desk.submit(request).job->id;
                    scene.desk.now += Millis{1'000};
                },
            .load = [](Scene&) { return jobs::load_for_wake(10); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    scene.answer =
                        fmt::format("{} ready", jobs::wake(batch, scene.desk.rules).ready);
                },
            .answer = "1 ready",
            .before = "queued/0 0% charge 0 waits · balance 520 · entries 1",
            .after = "queued/0 0% charge 0 · balance 520 · entries 1"};
}

Operation rescuing() {
    return {.name = "rescue",
            .prepare =
                [](Scene& scene) {
                    running(scene);
                    scene.desk.now += Millis{60'000};
                },
            .load = [](Scene&) { return jobs::load_for_rescue(10); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    auto const rescued = jobs::rescue(batch, scene.desk.rules);
                    scene.answer = fmt::format("{} requeued", rescued.requeued);
                },
            .answer = "1 requeued",
            .before = "processing/1 0% charge 1 open · balance 515 · entries 2",
            .after = "queued/1 0% charge 1 open · balance 515 · entries 2"};
}

Operation pruning() {
    return {.name = "prune",
            .prepare =
                [](Scene& scene) {
                    running(scene);
                    scene.desk.report(say(scene, Said::completed));
                    scene.desk.now += Millis{1'000};
                },
            .load = [](Scene& scene) { return jobs::load_for_prune(scene.desk.now, 10); },
            .decide =
                [](Scene& scene, jobs::Batch& batch) {
                    scene.answer = fmt::format("{} pruned", jobs::prune(batch));
                },
            .answer = "1 pruned",
            .before = "completed/1 100% charge 1 · balance 515 · entries 2",
            .after = "completed/1 100% charge 1 pruned · balance 515 · entries 2"};
}

std::string told_of(jobs::Job const& job) {
    return fmt::format("{}/{} {}% charge {}{}{}{}", jobs::to_text(job.state), job.attempt,
                       job.progress, job.bill.charge, job.bill.open ? " open" : "",
                       job.wait == jobs::Wait::none ? "" : " waits", job.pruned ? " pruned" : "");
}

}  // namespace

std::vector<Operation> writing_operations() {
    return {submitting(),
            submitting_much(),
            taking_up(),
            starting(),
            reporting("alive", Said::alive, jobs::ReportOutcome::noted,
                      "processing/1 40% charge 1 open · balance 515 · entries 2"),
            reporting("completed", Said::completed, jobs::ReportOutcome::ended,
                      "completed/1 100% charge 1 · balance 515 · entries 2"),
            reporting("failed", Said::failed, jobs::ReportOutcome::ended,
                      "failed/1 0% charge 1 · balance 520 · entries 3"),
            cancelling(),
            retrying(),
            granting("grant", ""),
            granting("grant_by_reference", "order 1"),
            spending(),
            expiring(),
            waking(),
            rescuing(),
            pruning()};
}

std::string told(Scene& scene) {
    auto& desk = scene.desk;
    if (!desk.store->find_wallet("u1")) {
        return "no account";
    }
    auto const all = desk.store->list_jobs({});
    std::string jobs = all.empty() ? "no job" : "";
    for (auto const& job : all) {
        jobs += (jobs.empty() ? "" : ", ") + told_of(job);
    }
    return fmt::format("{} · balance {} · entries {}", jobs, desk.balance("u1"),
                       desk.entries("u1").size());
}

}  // namespace postgres_tests
