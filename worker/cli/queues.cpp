// queues [list], queues pause|drain|resume NAME: what each service's queue does.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "config/nearest.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/queue_modes.h"

namespace worker::cli {

namespace {

using adapters::QueueMode;

std::string_view meaning(QueueMode mode) {
    switch (mode) {
        case QueueMode::running:
            return "takes new jobs and starts them";
        case QueueMode::paused:
            return "takes new jobs and starts none";
        case QueueMode::draining:
            return "takes no new jobs and works off those it has";
    }
    return "";
}

boost::json::object queue_json(std::string const& service, QueueMode mode) {
    return {{"service", service}, {"mode", std::string(to_text(mode))}};
}

class Queues final : public Verb {
public:
    void declare(Options& options) override {
        options.word("list", word_, "Lists every service's queue and what it does");
        auto& pause = options.word("pause", word_, "Starts no more of its jobs; takes new ones");
        auto& drain = options.word("drain", word_, "Takes no new jobs; works off those it has");
        auto& resume = options.word("resume", word_, "Takes jobs and starts them again");
        for (auto* const word : {&pause, &drain, &resume}) {
            word->required("NAME", service_, "the service");
            word->example(fmt::format("  tallyman queues {} tts", word->name()));
        }
        options.example("  tallyman queues\n  tallyman queues pause tts    # for every worker");
    }

    int run(Context& context) override {
        if (word_ == "pause") {
            return set(context, QueueMode::paused);
        }
        if (word_ == "drain") {
            return set(context, QueueMode::draining);
        }
        if (word_ == "resume") {
            return set(context, QueueMode::running);
        }
        return list(context);
    }

private:
    static QueueModes queues(Context& context) {
        return all_queues(context.store(Opening::existing), context.book());
    }

    int set(Context& context, QueueMode mode) const {
        auto const known = queues(context);
        if (!known.contains(service_)) {
            throw Stop(usage, unknown(known));
        }
        context.store(Opening::existing).set_queue_mode(service_, mode);
        if (context.json()) {
            Context::print(queue_json(service_, mode));
        } else {
            fmt::print("{} is {}: it {}\n", clean(service_), to_text(mode), meaning(mode));
        }
        return done;
    }

    std::string unknown(QueueModes const& known) const {
        std::vector<std::string_view> names;
        for (auto const& [service, mode] : known) {
            names.emplace_back(service);
        }
        return fmt::format(
            "there is no service `{}`, did you mean `{}`; `tallyman queues` lists them",
            clean(service_), clean(config::nearest(service_, names)));
    }

    static int list(Context& context) {
        auto const modes = queues(context);
        if (context.json()) {
            boost::json::array list;
            for (auto const& [service, mode] : modes) {
                list.push_back(queue_json(service, mode));
            }
            Context::print(boost::json::object{{"queues", std::move(list)}});
            return done;
        }
        Table table({{"SERVICE"}, {"QUEUE"}, {""}});
        for (auto const& [service, mode] : modes) {
            table.row({clean(service), std::string(to_text(mode)),
                       mode == QueueMode::running ? "" : std::string(meaning(mode))});
        }
        table.print();
        return done;
    }

    std::string word_;
    std::string service_;
};

}  // namespace

std::unique_ptr<Verb> make_queues() {
    return std::make_unique<Queues>();
}

}  // namespace worker::cli
