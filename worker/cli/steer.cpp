// cancel, retry.
#include "jobs/steer.h"

#include <functional>

#include "worker/cli/context.h"
#include "worker/cli/job_view.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

class Steer final : public Verb {
public:
    using LoadFor = jobs::Load (*)(base::JobId);
    using Decide = jobs::Steered (*)(jobs::Batch&, base::JobId, jobs::Rules const&);

    Steer(LoadFor load_for, Decide decide, std::string example)
        : load_for_(load_for), decide_(decide), example_(std::move(example)) {}

    void declare(Options& options) override {
        options.required("ID", id_, "the job's id");
        options.example(example_);
    }

    int run(Context& context) override {
        auto const id = job_id(id_);
        auto const& rules = context.settings().rules;
        jobs::Steered steered;
        context.store(Opening::existing).transact(load_for_(id), [&](jobs::Batch& batch) {
            steered = decide_(batch, id, rules);
        });
        auto const refusal = wire::refusal_of(steered, id);
        if (!refusal.code.empty()) {
            return context.refuse(refusal, answer_is_no);
        }
        show_job(context, steered.job);
        return done;
    }

private:
    LoadFor load_for_;
    Decide decide_;
    std::string example_;
    std::string id_;
};

}  // namespace

std::unique_ptr<Verb> make_cancel() {
    return std::make_unique<Steer>(&jobs::load_for_cancel, &jobs::cancel, "  tallyman cancel 12");
}

std::unique_ptr<Verb> make_retry() {
    return std::make_unique<Steer>(&jobs::load_for_retry, &jobs::retry, "  tallyman retry 12");
}

}  // namespace worker::cli
