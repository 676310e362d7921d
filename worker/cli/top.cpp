// top: how things stand, live; with --once or where there is no terminal, one frame.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/context.h"
#include "worker/cli/screen.h"
#include "worker/cli/text.h"
#include "worker/cli/top_frame.h"
#include "worker/cli/verbs.h"
#include "worker/duties.h"

namespace worker::cli {

namespace {

constexpr base::Millis soonest{100};
constexpr base::Millis latest{3'600'000};

std::map<std::string, Plan> plans_of(Context& context) {
    std::map<std::string, Plan> plans;
    auto& store = context.store(Opening::existing);
    for (auto const& plan : duty_table(store, context.settings(), {})) {
        plans[plan.name] = {.every = plan.every, .light = plan.light};
    }
    return plans;
}

// Nothing of this walks over jobs that have ended, however many they are.
Sight look(Context& context) {
    auto& store = context.store(Opening::existing);
    Sight sight{.store = shown_store_url(context.settings()),
                .view = store.overview(),
                .duties = store.duties(),
                .plans = plans_of(context),
                .queues = all_queues(store, context.book()),
                .newest = {},
                .at = {}};
    if (auto const newest = store.list_jobs({.limit = 1}); !newest.empty()) {
        sight.newest = newest.front().id;
    }
    sight.at = Steady::now();
    return sight;
}

class Top final : public Verb {
public:
    void declare(Options& options) override {
        options.flag("--once", once_, "one frame, and no more; as without a terminal");
        options.text("--every", "TIME", every_, "how often to look (default 1s)");
        options.example(
            "  tallyman top               # q or Ctrl-C ends it\n"
            "  tallyman top --every 5s\n  tallyman --json top       # one look, for programs");
    }

    int run(Context& context) override {
        auto const every = pace();
        Looks looks;
        auto const first = looks.board(look(context));
        if (context.json()) {
            Context::print(board_json(first));
        } else if (once_ || !on_terminal()) {
            for (auto const& line : frame_of(first, size_of_page())) {
                fmt::print("{}\n", painted(line, colours()));
            }
        } else {
            live(context, every, looks, first);
        }
        return done;
    }

private:
    base::Millis pace() const {
        auto const every = base::parse_duration(every_);
        if (!every || *every < soonest || *every > latest) {
            throw Stop(usage, fmt::format("--every: `{}` is not a time between 100ms and 1h, such "
                                          "as 2s",
                                          clean(every_)));
        }
        return *every;
    }

    // A page that goes on to a file or a program is as wide as it has to be.
    static Size size_of_page() {
        constexpr int wide = 1'000;
        return {.columns = on_terminal() ? Screen::extent().columns : wide};
    }

    // A store that is away for a while is no reason to end: the last board stays, with the reason.
    static void live(Context& context, base::Millis every, Looks& looks, Board board) {
        Screen screen;
        std::string trouble;
        auto event = Screen::Event::resized;
        while (event != Screen::Event::quit) {
            if (event == Screen::Event::time_passed) {
                trouble.clear();
                try {
                    board = looks.board(look(context));
                } catch (adapters::Unavailable const& error) {
                    trouble = error.what();
                }
            }
            show(screen, board, trouble);
            event = screen.wait(every);
        }
    }

    static void show(Screen const& screen, Board const& board, std::string const& trouble) {
        auto const [columns, rows] = Screen::extent();
        std::vector<std::string> lines;
        for (auto const& line : frame_of(board, {.columns = columns, .rows = rows}, trouble)) {
            lines.push_back(painted(line, colours()));
        }
        screen.show(lines);
    }

    bool once_ = false;
    std::string every_ = "1s";
};

}  // namespace

std::unique_ptr<Verb> make_top() {
    return std::make_unique<Top>();
}

}  // namespace worker::cli
