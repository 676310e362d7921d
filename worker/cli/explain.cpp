// explain: one page with everything that happened to a job and to its credits.
#include <fmt/format.h>

#include "wire/measurement_text.h"
#include "wire/story.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/job_view.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

void print_head(jobs::Job const& job) {
    fmt::print("{}\n\n", bold(fmt::format("job {}: {} for {}, {}", job.id.value, clean(job.service),
                                          clean(job.user), jobs::to_text(job.state))));
    fmt::print("price     {}\n", clean(wire::in_words(job.terms)));
    fmt::print("          price book {}: {}\n", clean(job.version),
               clean(pricing::to_line(job.terms)));
    fmt::print("quoted    {}\n", wire::in_words(job.quoted));
    if (job.measurement) {
        auto const& length = *job.measurement;
        fmt::print("length    {}{}\n", clean(wire::in_words(length)),
                   length.note.empty() ? "" : "; " + clean(length.note));
    }
    if (!job.provider.empty()) {
        fmt::print("provider  {}{}{}\n", clean(job.provider),
                   job.model.empty() ? "" : ", model " + clean(job.model),
                   job.task.empty() ? "" : ", task " + clean(wire::task_in_words(job.task)));
    }
    if (!job.trace.empty()) {
        fmt::print("trace     {}\n", clean(job.trace));
    }
    fmt::print("tries     {}, {} failed, {} lost\n\n", counted(job.attempt, "attempt"),
               job.failures, job.losses);
}

void print_steps(adapters::JobStory const& story) {
    using enum Table::Align;
    Table table({{"TIME"}, {"WHAT"}, {"CREDITS", right}, {"BALANCE", right}, {"DETAIL"}});
    for (auto const& step : wire::steps_of(story)) {
        table.row({local_time_ms(step.at), clean(step.what),
                   step.amount ? fmt::format("{:+}", step.amount->value) : "",
                   step.amount ? std::to_string(step.balance_after.value) : "",
                   clean(step.detail)});
    }
    table.print();
}

void print_foot(jobs::Job const& job) {
    auto const& bill = job.bill;
    fmt::print("\ndebited {}, settled {}, refunded {}", bill.debited.value, bill.settled.value,
               bill.refunded.value);
    if (bill.waived.value != 0) {
        fmt::print(", waived {}", bill.waived.value);
    }
    if (bill.absorbed.value != 0) {
        fmt::print(", absorbed {}", bill.absorbed.value);
    }
    fmt::print("\n{}{}\n", bold(fmt::format("net {}", wire::in_words(bill.net))),
               bill.open ? " so far: the charge is open" : "");
    if (job.parked) {
        fmt::print(
            "it may have been submitted, and waits: tallyman resolve {} "
            "submit|fail|task=ID\n",
            job.id.value);
    }
    if (job.late_result) {
        fmt::print("a result came after the job had ended; it was recorded and not charged\n");
    }
    if (job.pruned) {
        fmt::print("input and result were removed by retention\n");
    }
}

class Explain final : public Verb {
public:
    void declare(Options& options) override {
        options.required("ID", id_, "the job's id");
        options.example("  tallyman explain 12");
    }

    int run(Context& context) override {
        auto const id = job_id(id_);
        auto const story = context.store(Opening::existing).story_of(id);
        if (!story) {
            return context.refuse(no_such_job(id), answer_is_no);
        }
        if (context.json()) {
            Context::print(wire::story_json(*story));
            return done;
        }
        print_head(story->job);
        print_steps(*story);
        print_foot(story->job);
        return done;
    }

private:
    std::string id_;
};

}  // namespace

std::unique_ptr<Verb> make_explain() {
    return std::make_unique<Explain>();
}

}  // namespace worker::cli
