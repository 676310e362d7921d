// job, jobs: looking at jobs.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/measurement_text.h"
#include "wire/story.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/follow.h"
#include "worker/cli/job_view.h"
#include "worker/cli/save.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

void line(char const* what, std::string const& value) {
    if (!value.empty()) {
        fmt::print("{:<9} {}\n", what, value);
    }
}

std::string state_of(jobs::Job const& job) {
    auto text = std::string(jobs::to_text(job.state));
    if (job.wait != jobs::Wait::none) {
        text += fmt::format(", waits for {}", jobs::to_text(job.wait));
    }
    if (job.state == jobs::State::processing) {
        text += fmt::format(" {}%", job.progress);
    }
    text += job.parked ? ", parked" : "";
    return job.poison ? text + ", poison" : text;
}

std::string bill_of(jobs::Job const& job) {
    auto const& bill = job.bill;
    return fmt::format("quoted {}, debited {}, settled {}, refunded {}, net {}", job.quoted.value,
                       bill.debited.value, bill.settled.value, bill.refunded.value, bill.net.value);
}

class ShowJob final : public Verb {
public:
    void declare(Options& options) override {
        options.required("ID", id_, "the job's id");
        options.flag("--watch", watch_, "follow it to its end");
        options.text("--save", "PATH", save_,
                     "write the file that it made there, or all of them into that folder");
        options.example("  tallyman job 12 --watch --save speech.mp3");
    }

    int run(Context& context) override {
        auto const id = job_id(id_);
        auto& store = context.store(Opening::existing);
        auto const job = watch_ ? follow(context, store, id) : store.find_job(id);
        if (!job) {
            return context.refuse(no_such_job(id), answer_is_no);
        }
        if (!save_.empty()) {
            return save(context, *job);
        }
        show_job(context, *job);
        return done;
    }

private:
    int save(Context& context, jobs::Job const& job) const {
        boost::json::array names;
        for (auto const& path : save_result(context, job, save_)) {
            names.emplace_back(path.string());
        }
        if (context.json()) {
            Context::print(boost::json::object{{"saved", std::move(names)}});
            return done;
        }
        for (auto const& name : names) {
            fmt::print("saved {}\n", std::string{name.as_string()});
        }
        return done;
    }

    std::string id_;
    std::string save_;
    bool watch_ = false;
};

class ListJobs final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--user", "USER", filter_.user, "only this account's");
        options.text("--state", "STATE", state_,
                     "queued, processing, completed, failed or cancelled");
        options.text("--service", "SERVICE", filter_.service, "only this service's");
        options.flag("--parked", filter_.parked,
                     "only those that may have been submitted and wait for `tallyman resolve`");
        options.number("--limit", limit_, 1, 1000, "how many, newest first (default 20)");
        options.text("--before", "ID", before_, "only jobs older than this one");
        options.example("  tallyman jobs --user ann --state failed");
    }

    int run(Context& context) override {
        if (!state_.empty()) {
            filter_.state = jobs::parse_state(state_);
            if (!filter_.state) {
                throw Stop(usage, fmt::format("--state: `{}` is not a state; expected queued, "
                                              "processing, completed, failed or cancelled",
                                              state_));
            }
        }
        if (!before_.empty()) {
            filter_.before = job_id(before_);
        }
        filter_.limit = static_cast<int>(limit_);
        auto const found = context.store(Opening::existing).list_jobs(filter_);
        context.json() ? print_json(found) : print_table(found);
        return done;
    }

private:
    void print_json(std::vector<jobs::Job> const& found) const {
        boost::json::array list;
        for (auto const& job : found) {
            list.push_back(wire::job_json(job));
        }
        boost::json::object out{{"jobs", std::move(list)}};
        if (std::ssize(found) == limit_) {
            out["next_cursor"] = base::to_text(found.back().id);
        }
        Context::print(out);
    }

    static void print_table(std::vector<jobs::Job> const& found) {
        if (found.empty()) {
            fmt::print("no jobs\n");
            return;
        }
        using enum Table::Align;
        Table table({{"ID", right},
                     {"SERVICE"},
                     {"USER"},
                     {"STATE"},
                     {"TRIES", right},
                     {"QUOTED", right},
                     {"NET", right},
                     {"CREATED"},
                     {"ERROR"}});
        for (auto const& job : found) {
            table.row({base::to_text(job.id), clean(job.service), shortened(clean(job.user), 24),
                       state_of(job), std::to_string(job.attempt), std::to_string(job.quoted.value),
                       std::to_string(job.bill.net.value), local_time(job.created_at),
                       job.error ? clean(job.error->code) : ""});
        }
        table.print();
    }

    adapters::JobFilter filter_;
    std::string state_;
    std::string before_;
    std::int64_t limit_ = 20;
};

}  // namespace

wire::Refusal no_such_job(base::JobId id) {
    return {.code = "unknown_job",
            .detail = fmt::format("there is no job {}; `tallyman jobs` lists them", id.value),
            .status = 404,
            .facts = {}};
}

void show_job(Context const& context, jobs::Job const& job) {
    if (context.json()) {
        Context::print(wire::job_json(job));
        return;
    }
    fmt::print("{}\n", bold(fmt::format("job {}", job.id.value)));
    line("service", clean(job.service));
    line("user", clean(job.user));
    line("state", state_of(job));
    line("created", local_time(job.created_at));
    line("started", job.started_at ? local_time(*job.started_at) : "");
    line("finished", job.finished_at ? local_time(*job.finished_at) : "");
    line("attempt", fmt::format("{} ({} failed, {} lost)", job.attempt, job.failures, job.losses));
    line("provider", clean(job.provider + (job.model.empty() ? "" : " " + job.model)));
    line("task", clean(wire::task_in_words(job.task)));
    line("trace", clean(job.trace));
    line("price", clean(wire::in_words(job.terms)));
    line("bill", bill_of(job));
    line("length", job.measurement ? clean(wire::in_words(*job.measurement)) : "");
    line("error", job.error ? clean(job.error->code + ": " + job.error->message) : "");
    line("result", shortened(clean(job.result), 200));
}

std::unique_ptr<Verb> make_job() {
    return std::make_unique<ShowJob>();
}

std::unique_ptr<Verb> make_jobs() {
    return std::make_unique<ListJobs>();
}

}  // namespace worker::cli
