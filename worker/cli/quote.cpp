// quote: what a job would cost. The decision that enqueues is run on what the account has now, and
// nothing of it is written.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/submit.h"
#include "wire/job_request.h"
#include "wire/strict_json.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

class Quote final : public Verb {
public:
    void declare(Options& options) override {
        options.required("SERVICE", fields_.service, "what to price");
        options.text("--user", "USER", user_, "for this account: its tier, and whether it can pay");
        options.text("--duration", "SECONDS", duration_, "how long its input or output is");
        options.text("--input", "JSON", input_, "the input; - reads standard input, @FILE a file");
        options.example("  tallyman quote video --duration 12.5 --user ann");
    }

    int run(Context& context) override {
        auto const parsed = parse(context);
        if (!parsed.request) {
            return context.refuse(wire::refusal_of(parsed.errors), usage);
        }
        auto const submission = try_out(context, *parsed.request);
        auto const no_funds = submission.outcome == jobs::SubmitOutcome::insufficient_credits;
        auto const refusal = wire::refusal_of(submission, fields_.service);
        if (!refusal.code.empty() && !no_funds) {
            return context.refuse(refusal, answer_is_no);
        }
        show(context, submission);
        return done;
    }

private:
    wire::ParsedRequest parse(Context& context) {
        auto const& settings = context.settings();
        auto const& service = config::service_for(settings, fields_.service);
        fields_.user = user_.empty() ? "nobody" : user_;
        fields_.input = input_.empty() ? "{}" : input_text(input_, service.max_input_bytes);
        if (duration_.empty()) {
            return wire::parse_request(fields_, settings);
        }
        add_duration(service.duration_field, service.maximum_field);
        // The length is all that the price needs; what the job itself would need may be missing.
        auto lenient = settings;
        auto const known = lenient.services.try_emplace(fields_.service, settings.defaults).first;
        for (auto& field : known->second.fields) {
            field.required = false;
        }
        return wire::parse_request(fields_, lenient);
    }

    // As if the caller had written it into the input: what is declared, and the longest output.
    void add_duration(std::string const& declared, std::string const& maximum) {
        auto const number = base::parse_rate(duration_);
        if (!number) {
            throw Stop(
                usage,
                fmt::format("--duration: `{}` is not a number of seconds such as 12.5", duration_));
        }
        auto const input = wire::parse_object(fields_.input);
        if (!input) {
            throw Stop(usage, "--input " + input.error());
        }
        auto text = input->canonical;
        text.pop_back();
        auto const seconds = base::to_text(*number);
        for (auto const& field : {declared, maximum}) {
            if (!input->object.contains(field)) {
                text += fmt::format("{}{}:{}", text == "{" ? "" : ",",
                                    boost::json::serialize(boost::json::string(field)), seconds);
            }
        }
        fields_.input = text + "}";
    }

    jobs::Submission try_out(Context& context, jobs::Request const& request) {
        jobs::Batch batch;
        batch.now = std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
        batch.job_ids = {{1}};
        batch.account_ids = {{std::numeric_limits<std::int64_t>::max()}};
        if (!user_.empty()) {
            auto& store = context.store(Opening::existing);
            batch.now = store.now();
            if (auto wallet = store.glance(user_)) {
                batch.wallets.push_back(std::move(*wallet));
            }
        }
        auto asked = request;
        asked.queue_anyway = user_.empty();
        auto const& rules = context.settings().rules;
        auto submission = jobs::submit(batch, {asked}, context.book(), rules).front();
        if (submission.job) {
            submission.required = submission.job->quoted;
        }
        auto const& wallet = jobs::wallet_for(batch, request.user, rules);
        submission.balance = ledger::balance(wallet, batch.now);
        auto const terms =
            pricing::terms_for(context.book(), request.service, wallet.account.tier, batch.now);
        terms_ = terms.value_or(pricing::Terms{});
        return submission;
    }

    void show(Context& context, jobs::Submission const& submission) const {
        auto const sufficient = submission.outcome == jobs::SubmitOutcome::created;
        if (context.json()) {
            boost::json::object out{{"service", fields_.service},
                                    {"credits", submission.required.value},
                                    {"mode", std::string(pricing::to_text(terms_.mode))},
                                    {"version", context.book().version}};
            if (!user_.empty()) {
                out["sufficient"] = sufficient;
                out["balance"] = submission.balance.value;
            }
            Context::print(out);
            return;
        }
        fmt::print("{}  {}\n", clean(fields_.service), wire::in_words(submission.required));
        fmt::print("price book {}: {}\n", context.book().version, wire::in_words(terms_));
        if (!user_.empty()) {
            fmt::print("{} has {}: {}\n", clean(user_), submission.balance.value,
                       sufficient ? "enough" : "not enough");
        }
    }

    wire::JobFields fields_;
    std::string user_;
    std::string duration_;
    std::string input_;
    pricing::Terms terms_;
};

}  // namespace

std::unique_ptr<Verb> make_quote() {
    return std::make_unique<Quote>();
}

}  // namespace worker::cli
