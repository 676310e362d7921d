#include "worker/inquiries.h"

#include <set>

#include "worker/payment_notices.h"

namespace worker {

namespace payments = adapters::payments;

namespace {

constexpr int at_once = 8;
constexpr std::size_t longest_trouble = 500;

jobs::PaymentNotice about(jobs::Order const& question) {
    return {.provider = question.channel,
            .id = "query:" + question.id + ":" + std::to_string(question.asked),
            .form = question.channel,
            .kind = "query",
            .order = question.id};
}

// Only what a payment or its return would say in a notice, too, has an effect; whatever else the
// platform answers leaves the order open until its time is up.
jobs::PaymentNotice answer_of(jobs::Order const& question, payments::Notice const& said,
                              payments::Expected const& expected) {
    auto notice = to_notice(said, expected);
    notice.id = about(question).id;
    notice.kind = "query: " + std::string{to_text(said.state)};
    bool const moves = said.state == payments::State::paid ||
                       said.state == payments::State::refunded ||
                       said.state == payments::State::chargeback;
    if (!moves) {
        notice.state = jobs::PaymentState::pending;
        notice.doubts.clear();
    }
    return notice;
}

struct Reply {
    jobs::PaymentNotice notice;
    std::string trouble;
};

Reply no_answer(jobs::Order const& question, std::string trouble) {
    Reply reply{.notice = about(question), .trouble = std::move(trouble)};
    reply.trouble.resize(std::min(reply.trouble.size(), longest_trouble));
    reply.notice.kind = "query: no answer";
    reply.notice.body = reply.trouble;
    return reply;
}

Reply ask_platform(Inquiring const& with, jobs::Order const& question) {
    auto const* const platform = with.payments.find(question.channel);
    if (platform == nullptr || platform->inquirer == nullptr) {
        return no_answer(question, "the platform can't be asked");
    }
    auto const reply = with.send(platform->inquirer->query(question.id, with.store.now()));
    if (!reply) {
        return no_answer(question, reply.error());
    }
    auto const said = platform->inquirer->read(question.id, *reply);
    if (!said) {
        return no_answer(question, to_text(said.error()));
    }
    Reply answer{.notice = answer_of(question, *said, platform->expected), .trouble = {}};
    keep_raw(answer.notice, reply->headers, reply->body);
    return answer;
}

Asked take(Inquiring const& with, Reply reply) {
    Asked asked{.taken = {}, .trouble = std::move(reply.trouble)};
    with.store.transact(jobs::load_for(reply.notice), [&](jobs::Batch& batch) {
        asked.taken = jobs::take_answer(batch, reply.notice, with.rules);
    });
    if (asked.trouble.empty()) {
        log_taken(with.log, reply.notice, asked.taken);
    } else {
        with.log.warning("payments", "a platform did not answer about an order",
                         {{"provider", reply.notice.provider},
                          {"order", reply.notice.order},
                          {"why", asked.trouble}});
    }
    return asked;
}

jobs::Words askable(Payments const& payments) {
    jobs::Words words;
    for (auto const& platform : payments.platforms()) {
        if (platform.inquirer) {
            words.insert(platform.name);
        }
    }
    return words;
}

}  // namespace

Asked ask_about(Inquiring const& with, jobs::Order const& question) {
    return take(with, ask_platform(with, question));
}

std::optional<Asked> ask_now(Inquiring const& with, std::string const& order) {
    auto const known = with.store.orders().find(order);
    if (!known || !askable(with.payments).contains(known->channel)) {
        return std::nullopt;
    }
    std::optional<jobs::Order> question;
    with.store.transact(jobs::load_for_question(order),
                        [&](jobs::Batch& batch) { question = jobs::take_question(batch, order); });
    return question ? std::optional{ask_about(with, *question)} : std::nullopt;
}

AskingRun ask_due(Inquiring const& with) {
    std::vector<jobs::Order> questions;
    auto const words = askable(with.payments);
    with.store.transact(jobs::load_for_questions(at_once), [&](jobs::Batch& batch) {
        questions = jobs::take_questions(batch, words);
    });
    AskingRun run;
    std::set<std::string> silent;
    for (auto const& question : questions) {
        bool const skip = silent.contains(question.channel);
        auto const asked =
            skip ? take(with, no_answer(question, "not asked: the platform failed just before"))
                 : ask_about(with, question);
        ++run.asked;
        run.paid += asked.taken.outcome == jobs::NoticeOutcome::paid ? 1 : 0;
        if (!asked.trouble.empty()) {
            ++run.failed;
            silent.insert(question.channel);
        }
    }
    run.more = run.asked == at_once && run.failed == 0;
    return run;
}

}  // namespace worker
