// demo: script, speech, subtitles and video by real programs, each step a billed job that waits for
// the ones before it, on a store of its own.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "jobs/submit.h"
#include "wire/audit_json.h"
#include "wire/job_request.h"
#include "wire/measurement_text.h"
#include "worker/cli/account_view.h"
#include "worker/cli/context.h"
#include "worker/cli/demo_parts.h"
#include "worker/cli/follow.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr char const* user = "demo";

// The four jobs, and what they have to do with each other.
struct Pipeline {
    base::JobId script, speech, captions, video;

    [[nodiscard]] std::vector<base::JobId> all() const { return {script, speech, captions, video}; }
};

base::JobId enqueue(Context& context, adapters::Store& store, std::string service,
                    json::object input, std::vector<base::JobId> after) {
    wire::JobFields fields{.user = user,
                           .service = std::move(service),
                           .input = json::serialize(input),
                           .after = std::move(after)};
    auto const& rules = context.settings().rules;
    auto const parsed = wire::parse_request(fields, context.settings());
    jobs::Submission submission;
    if (parsed.request) {
        store.transact(jobs::load_for_submit({*parsed.request}, rules), [&](jobs::Batch& batch) {
            submission = jobs::submit(batch, {*parsed.request}, context.book(), rules).front();
        });
    }
    auto const refusal = parsed.request ? wire::refusal_of(submission, fields.service)
                                        : wire::refusal_of(parsed.errors);
    if (!submission.job) {
        throw Stop(answer_is_no, fmt::format("{}: {}", fields.service, refusal.detail));
    }
    return submission.job->id;
}

// All of it at once: a job that waits for another costs nothing yet.
Pipeline enqueue_all(Context& context, adapters::Store& store, std::string const& topic) {
    auto const put = [&](std::string service, json::object input, std::vector<base::JobId> after) {
        return enqueue(context, store, std::move(service), std::move(input), std::move(after));
    };
    constexpr int most = 60;  // seconds: what is debited before anybody knows the length
    Pipeline jobs;
    jobs.script = put("script", {{"topic", topic}}, {});
    jobs.speech =
        put("tts", {{"script", jobs.script.value}, {"max_duration", most}}, {jobs.script});
    jobs.captions = put("caption", {{"script", jobs.script.value}, {"speech", jobs.speech.value}},
                        {jobs.speech});
    jobs.video = put(
        "video",
        {{"speech", jobs.speech.value}, {"captions", jobs.captions.value}, {"max_duration", most}},
        {jobs.captions});
    return jobs;
}

fs::path file_of(fs::path const& folder, jobs::Job const& job) {
    boost::system::error_code bad;
    auto const result = json::parse(job.result.empty() ? "{}" : job.result, bad);
    for (auto const* const field : {"video", "audio", "file"}) {
        if (!bad && result.is_object() && result.as_object().contains(field)) {
            auto const& name = result.as_object().at(field);
            return folder / "results" / base::to_text(job.id) /
                   (name.is_string() ? std::string{name.as_string()} : "");
        }
    }
    return {};
}

class Demo final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--dir", "FOLDER", folder_,
                     "where everything is kept; an earlier demo there is removed (default "
                     "tallyman-demo)");
        options.text("--topic", "TEXT", topic_,
                     "what the film is about (default a counting house)");
        options.example("  tallyman demo --topic 'a lighthouse'");
    }

    int run(Context& outer) override {
        if (auto const missing = missing_packages(); !missing.empty()) {
            throw Stop(usage, fmt::format("the demo needs programs that are not here; apt-get "
                                          "install {}",
                                          fmt::join(missing, " ")));
        }
        forget_settings();
        auto const folder = fs::absolute(folder_);
        Globals globals{.config = prepare_demo(folder).string(), .json = outer.json()};
        Context context{globals};
        auto& store = context.store(Opening::create);
        auto const pipeline = enqueue_all(context, store, topic_);
        DemoWorker const worker{globals.config, folder / "worker.log"};
        std::vector<jobs::Job> ended;
        for (auto const id : pipeline.all()) {
            ended.push_back(follow(context, store, id));
            if (!context.json()) {
                tell(ended.back(), folder, store);
            }
        }
        return conclude(context, store, folder, ended);
    }

private:
    static void tell(jobs::Job const& job, fs::path const& folder, adapters::Store& store) {
        print_bill(job, store);
        if (auto const file = file_of(folder, job); !file.empty()) {
            fmt::print("  file      {}\n", clean(file.string()));
        }
        fmt::print("\n");
    }

    static int conclude(Context& context, adapters::Store& store, fs::path const& folder,
                        std::vector<jobs::Job> const& ended) {
        auto const wallet = store.glance(user);
        CHECK(wallet);
        auto const entries = store.entries_of(wallet->account.id, {.limit = 100});
        auto const audited = wire::audit(store, std::nullopt);
        bool const clean_books = audited.findings.empty();
        bool const all = std::ranges::all_of(
            ended, [](auto const& job) { return job.state == jobs::State::completed; });
        if (context.json()) {
            Context::print(document(folder, ended, entries, clean_books));
        } else {
            fmt::print("{}\n", bold("The ledger, newest first"));
            print_entries(entries);
            fmt::print("\naudit: {}\n", clean_books ? "clean" : "FINDINGS; run tallyman audit");
            fmt::print("look further: tallyman --config {} explain 2   (or up, for the console)\n",
                       clean((folder / "tallyman.yaml").string()));
        }
        return all && clean_books ? done : answer_is_no;
    }

    static json::value document(fs::path const& folder, std::vector<jobs::Job> const& ended,
                                std::vector<ledger::Entry> const& entries, bool clean_books) {
        json::array jobs;
        for (auto const& job : ended) {
            jobs.push_back(wire::job_json(job));
        }
        json::array ledger;
        for (auto const& entry : entries) {
            ledger.push_back(wire::entry_json(entry));
        }
        return json::object{{"folder", folder.string()},
                            {"jobs", std::move(jobs)},
                            {"ledger", std::move(ledger)},
                            {"audit", clean_books ? "clean" : "findings"}};
    }

    std::string folder_ = "tallyman-demo";
    std::string topic_ = "a counting house";
};

}  // namespace

std::unique_ptr<Verb> make_demo() {
    return std::make_unique<Demo>();
}

}  // namespace worker::cli
