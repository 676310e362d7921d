// enqueue: a job, and with --wait its life.
#include <cstdlib>

#include <fmt/format.h>

#include "jobs/submit.h"
#include "wire/job_request.h"
#include "worker/cli/context.h"
#include "worker/cli/follow.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"
#include "worker/input_meter.h"
#include "worker/measuring.h"

namespace worker::cli {

namespace {

class Enqueue final : public Verb {
public:
    void declare(Options& options) override {
        options.required("SERVICE", fields_.service, "what to run; `tallyman prices show` lists");
        options.must("--user", "USER", fields_.user, "whose credits pay for it");
        options.text("--input", "JSON", input_,
                     "the job's input, a JSON object; - reads standard input, @FILE a file "
                     "(default {})");
        options.text("--key", "KEY", fields_.key,
                     "idempotency key: the same again answers with the first job");
        options.number("--priority", priority_, -1'000'000, 1'000'000,
                       "higher goes first (default 0)");
        options.text("--run-at", "WHEN", run_at_,
                     "not before: a date, a time or a duration from now");
        options.many("--after", "ID", after_, "only when this job has completed; repeatable");
        options.text("--trace", "TRACEPARENT", fields_.trace,
                     "W3C trace context that the job belongs to (default $TRACEPARENT)");
        options.text("--webhook", "URL", fields_.webhook, "an address that is told of its end");
        options.flag("--queue-anyway", fields_.queue_anyway,
                     "even if the account can't afford it now");
        options.flag("--wait", wait_, "follow the job to its end and print its bill");
        options.example(
            "  tallyman enqueue tts --user ann --input '{\"text\": \"Hello\"}' --key a1 --wait");
    }

    int run(Context& context) override {
        auto parsed = parse(context);
        if (!parsed.request) {
            return context.refuse(wire::refusal_of(parsed.errors), usage);
        }
        auto& store = context.store(Opening::create);
        auto const input = measure(context, store, *parsed.request);
        if (input.state == PreparedInput::State::refused) {
            return context.refuse(wire::unmeasurable(input.field, input.error), answer_is_no);
        }
        auto const submission = submit(context, store, *parsed.request);
        auto const refusal = wire::refusal_of(submission, fields_.service);
        if (!refusal.code.empty()) {
            return context.refuse(refusal, answer_is_no);
        }
        return wait_ ? wait_for(context, store, submission.job->id) : tell(context, submission);
    }

private:
    wire::ParsedRequest parse(Context& context) {
        auto const& settings = context.settings();
        auto const most = config::service_for(settings, fields_.service).max_input_bytes;
        fields_.input = input_text(input_, most);
        fields_.priority = static_cast<int>(priority_);
        if (auto const* const ours = std::getenv("TRACEPARENT");
            fields_.trace.empty() && ours != nullptr) {
            fields_.trace = ours;
        }
        for (auto const& parent : after_) {
            fields_.after.push_back(job_id(parent));
        }
        if (!run_at_.empty()) {
            // A duration counts from the store's clock, which needs the store.
            fields_.run_at = when("--run-at", run_at_, context.store(Opening::create).now());
        }
        return wire::parse_request(fields_, settings);
    }

    // What the input names, where its length is the price.
    static PreparedInput measure(Context& context, adapters::Store& store, jobs::Request& request) {
        auto const& settings = context.settings();
        auto options = crew_options(settings.media);
        options.helpers = 1;
        CrewOnDemand crew{std::move(options)};
        auto const open = [&](std::string const& url) { return open_url(settings.media, url); };
        return InputMeter{crew, open, settings}.prepare_now(store, context.book(), request);
    }

    static jobs::Submission submit(Context& context, adapters::Store& store,
                                   jobs::Request const& request) {
        auto const& rules = context.settings().rules;
        auto const& book = context.book();
        jobs::Submission submission;
        store.transact(jobs::load_for_submit({request}, rules), [&](jobs::Batch& batch) {
            submission = jobs::submit(batch, {request}, book, rules).front();
        });
        return submission;
    }

    static int wait_for(Context& context, adapters::Store& store, base::JobId id) {
        auto const job = follow(context, store, id);
        if (context.json()) {
            Context::print(wire::job_json(job));
        } else {
            print_bill(job, store);
        }
        return code_of(job);
    }

    static int tell(Context& context, jobs::Submission const& submission) {
        auto const& job = *submission.job;
        if (context.json()) {
            Context::print(wire::job_json(job));
            return done;
        }
        auto const repeated = submission.outcome == jobs::SubmitOutcome::repeated;
        fmt::print("job {} {}: {} for {}, quoted {}\n", job.id.value,
                   repeated ? fmt::format("was enqueued with this key before and is {}",
                                          jobs::to_text(job.state))
                            : std::string(jobs::to_text(job.state)),
                   clean(job.service), clean(job.user), job.quoted.value);
        return done;
    }

    wire::JobFields fields_;
    std::string input_ = "{}";
    std::string run_at_;
    std::vector<std::string> after_;
    std::int64_t priority_ = 0;
    bool wait_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_enqueue() {
    return std::make_unique<Enqueue>();
}

}  // namespace worker::cli
