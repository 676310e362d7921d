// resolve: what somebody has found out, or decides, about a job that may have been submitted.
#include <fmt/format.h>

#include "jobs/steer.h"
#include "worker/cli/context.h"
#include "worker/cli/job_view.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr std::size_t longest_task = 500;

jobs::Ruling resolution_of(std::string const& word) {
    using Verdict = jobs::Ruling::Verdict;
    constexpr std::string_view task = "task=";
    if (word == "submit") {
        return {.verdict = Verdict::submit};
    }
    if (word == "fail") {
        return {.verdict = Verdict::fail};
    }
    bool const named = word.starts_with(task) && word.size() > task.size() &&
                       word.size() <= task.size() + longest_task;
    if (!named) {
        throw Stop(usage,
                   fmt::format("VERDICT: `{}` is none; expected submit, fail or task=ID", word));
    }
    return {.verdict = Verdict::task, .task = word.substr(task.size())};
}

class Resolve final : public Verb {
public:
    void declare(Options& options) override {
        options.required("ID", id_, "the job's id; `tallyman jobs --parked` lists them");
        options.required("VERDICT", verdict_,
                         "submit: it was not submitted, do it now; fail: give it up and refund it; "
                         "task=ID: it was, and this is the provider's id of it");
        options.example("  tallyman resolve 12 task=cgt-2027-abc\n  tallyman resolve 12 fail");
    }

    int run(Context& context) override {
        auto const id = job_id(id_);
        auto resolution = resolution_of(verdict_);
        resolution.who = "the command line";
        auto const& rules = context.settings().rules;
        jobs::Steered steered;
        context.store(Opening::existing)
            .transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
                steered = jobs::settle_doubt(batch, id, resolution, rules);
            });
        auto const refusal = wire::refusal_of(steered, id);
        if (!refusal.code.empty()) {
            return context.refuse(refusal, answer_is_no);
        }
        show_job(context, steered.job);
        return done;
    }

private:
    std::string id_;
    std::string verdict_;
};

}  // namespace

std::unique_ptr<Verb> make_resolve() {
    return std::make_unique<Resolve>();
}

}  // namespace worker::cli
