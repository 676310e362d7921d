// The commands of a scenario that move credits by hand.
#include "jobs/credits.h"
#include "tests/scenarios/player.h"

namespace tests {

Answers Player::grant(Line& line) {
    return moved(desk_.give(line.word(1), {.kind = kind(line, "recharge"),
                                           .amount = {number(line.text("credits"))},
                                           .effective_at = tell_.time(line.take("effective")),
                                           .expires_at = tell_.time(line.take("expires")),
                                           .service = line.text("service"),
                                           .reference = line.text("reference")}));
}

Answers Player::spend(Line& line) {
    return moved(desk_.spend(line.word(1), {.kind = kind(line, "consume"),
                                            .amount = {number(line.text("credits"))},
                                            .service = line.text("service"),
                                            .reference = line.text("reference")}));
}

Answers Player::consume(Line& line) {
    jobs::Consumption const what{.user = line.word(1),
                                 .amount = {number(line.text("credits"))},
                                 .action = line.text("action", "something"),
                                 .description = line.text("description"),
                                 .reference = line.text("reference")};
    jobs::Moved answer;
    desk_.store->transact(jobs::load_for(what, desk_.rules), [&](jobs::Batch& batch) {
        answer = jobs::consume(batch, what, desk_.rules);
    });
    return moved(answer);
}

Answers Player::recharge(Line& line) {
    jobs::Recharge const what{.user = line.word(1),
                              .credits = {number(line.text("credits"))},
                              .paid = number(line.text("paid", "1")),
                              .method = line.text("method", "wechat"),
                              .order = line.text("order")};
    jobs::Moved answer;
    desk_.store->transact(jobs::load_for(what), [&](jobs::Batch& batch) {
        answer = jobs::recharge(batch, what, desk_.rules);
    });
    return moved(answer);
}

Answers Player::pay(Line& line) {
    jobs::PointsUse const use{.request = request_of(line), .reference = line.text("reference")};
    jobs::PointsPaid paid;
    desk_.store->transact(jobs::load_for(use, desk_.rules), [&](jobs::Batch& batch) {
        paid = jobs::pay(batch, use, desk_.book, desk_.rules);
    });
    if (paid.judged.outcome == jobs::SubmitOutcome::created) {
        return moved(paid.moved);
    }
    return {{.words = "refused",
             .fields = {{"required", std::to_string(paid.judged.required.value)},
                        {"available", std::to_string(paid.judged.balance.value)}},
             .refused = true}};
}

}  // namespace tests
