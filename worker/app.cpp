// Starting, obeying signals, stopping.
#include "worker/app.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"
#include "config/load.h"
#include "worker/announcing_store.h"
#include "worker/identity.h"

namespace worker {

namespace asio = boost::asio;

namespace {

constexpr base::Millis answer_within{5'000};
constexpr base::Millis keep_within{5'000};
constexpr base::Millis hand_back_within{5'000};
constexpr base::Millis tell_redis_within{500};
constexpr base::Millis look_again{20};
constexpr base::Millis tell_pace_every{1'000};

base::Timestamp system_now() {
    return std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
}

OpenUrl opener(config::Settings const& settings) {
    return [&media = settings.media](std::string const& url) { return open_url(media, url); };
}

metrics::WebhookMeters::Outcome outcome_of(adapters::MessageState state) {
    using Outcome = metrics::WebhookMeters::Outcome;
    return state == adapters::MessageState::delivered ? Outcome::delivered
           : state == adapters::MessageState::pending ? Outcome::failed
                                                      : Outcome::dead;
}

std::vector<std::string> services_of(config::Settings const& settings, pricing::Book const& book) {
    std::vector<std::string> names;
    for (auto const& [name, periods] : book.services) {
        names.push_back(name);
    }
    for (auto const& [name, service] : settings.services) {
        if (!book.services.contains(name)) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace

App::App(config::Settings const& settings, pricing::Book book, Parts parts)
    : settings_{settings},
      parts_{parts},
      log_{settings.log},
      name_{worker_name()},
      payments_{parts.http || parts.scheduler ? make_payments(settings.payments) : nullptr},
      redis_{settings, log_},
      pace_{parts.worker ? settings.worker.slots : 0, settings.rules.zone, system_now},
      shelf_{std::move(book)},
      meters_{make_meters()},
      store_{store_with_news()},
      presence_{store_->enter(name_)},
      crew_{crew_options(settings.media)},
      input_meter_{crew_, opener(settings), settings},
      output_meter_{crew_, opener(settings), settings},
      results_{settings},
      signals_{io_, SIGINT, SIGTERM, SIGHUP},
      drain_timer_{io_},
      pace_timer_{io_},
      wakeup_{make_wakeup(settings, io_.get_executor(), redis_)},
      providers_{metered_providers()},
      provider_rate_{redis_.rate_limit()},
      runner_{io_.get_executor(),
              *store_,
              pool_,
              providers_,
              *wakeup_,
              settings,
              log_,
              {.name = name_,
               .services = services_of(settings, shelf_.current()),
               .meter = &output_meter_,
               .rate = provider_rate_.get(),
               .keeper = &results_.keeper,
               .hint_url = results_.hint_url()}},
      late_watch_{io_.get_executor(), *store_, pool_, providers_, settings, log_},
      clerk_{*store_, name_},
      scheduler_{io_.get_executor(), duty_pool_, clerk_, duties(), log_} {}

// What still runs on the pools refers to the parts that are taken down next.
App::~App() {
    relay_.connect(nullptr);
    redis_.stop_intake();
    input_meter_.stop();
    output_meter_.stop();
    output_meter_.join();
    results_.keeper.join();
    pool_.join();
    duty_pool_.join();
    to_poke_ = nullptr;
    if (deliverer_) {
        deliverer_->join();
    }
}

std::vector<DutyPlan> App::duties() {
    auto table = duty_table(*store_, settings_, [this] { return shelf_.current(); }, &input_meter_);
    for (auto& plan : result_plans(*store_, settings_, results_.artifacts.get())) {
        table.push_back(std::move(plan));
    }
    if (payments_ && parts_.scheduler) {
        table.push_back(question_plan(*store_, *payments_, settings_.rules, log_));
    }
    return table;
}

void App::run() {
    auto const admin_key = first_admin_key();
    asio::co_spawn(io_, obey_signals(), base::rethrow);
    if (parts_.worker) {
        redis_.start_intake(*store_, name_, [this] { return shelf_.current(); }, &input_meter_);
        asio::co_spawn(io_, runner_.claim_jobs(), base::rethrow);
        asio::co_spawn(io_, runner_.keep_leases(), base::rethrow);
        asio::co_spawn(io_, runner_.write_reports(), base::rethrow);
        asio::co_spawn(io_, late_watch_.run(), base::rethrow);
    }
    asio::co_spawn(io_, tell_pace(), base::rethrow);
    scheduler_.start(parts_.scheduler);  // a worker alone still does what workers live by
    start_http();
    start_deliveries();
    announce();
    if (admin_key) {
        std::printf("the first admin API key is in %s\n", admin_key->c_str());
        std::fflush(stdout);
    }
    io_.run();
    redis_.flush(tell_redis_within);
    log_.info("app", "stopped", {{"worker", name_}});
    if (http_ && !http_stopped_) {
        std::_Exit(0);  // told to stop at once: connections still refer to what would be taken down
    }
}

std::unique_ptr<adapters::Store> App::store_with_news() {
    auto const told = [this] {
        if (auto* const deliverer = to_poke_.load()) {
            deliverer->poke();
        }
    };
    auto store = redis_.announcing(open_store(settings_, Opening::create, told));
    auto announcing = std::make_unique<AnnouncingStore>(std::move(store), relay_, &pace_);
    if (!meters_) {
        return announcing;
    }
    return std::make_unique<metrics::MeteredStore>(std::move(announcing), meters_->jobs,
                                                   meters_->store, meters_->day);
}

// A process that nobody can scrape has nothing to count.
std::unique_ptr<metrics::Meters> App::make_meters() const {
    if (!parts_.http) {
        return nullptr;
    }
    return std::make_unique<metrics::Meters>(services_of(settings_, shelf_.current()),
                                             settings_.rules.zone);
}

Providers App::metered_providers() {
    auto providers = make_providers(settings_, io_.get_executor());
    return meters_ ? metrics::metered(std::move(providers), meters_->registry, meters_->providers)
                   : std::move(providers);
}

void App::start_http() {
    if (!parts_.http) {
        return;
    }
    auto const tell = [this](std::string const& what) {
        if (what.empty()) {
            log_.info("auth", "the keys of tokens are read again");
        } else {
            log_.warning("auth", "the keys of tokens were not read", {{"why", what}});
        }
    };
    auto const measures_input = [this](std::string const& service) {
        return shelf_.in_current(
            [&](pricing::Book const& book) { return may_measure_input(book, service); });
    };
    token_keys_ = make_key_set(settings_.auth.jwt, fetch_of(settings_.auth.jwt.jwks_url), tell);
    rate_ = redis_.rate_limit();
    http_.emplace(io_.get_executor(),
                  HttpNeeds{.store = *store_,
                            .settings = settings_,
                            .log = log_,
                            .book = [this] { return shelf_.current(); },
                            .reload_prices = [this] { return reload_prices(); },
                            .measures_input = measures_input,
                            .meter = input_meter_,
                            .keys = token_keys_.get(),
                            .rate = rate_.get(),
                            .redis = redis_.there() ? &redis_ : nullptr,
                            .meters = *meters_,
                            .payments = *payments_,
                            .provider_states = [this] { return runner_.router().states(); },
                            .artifacts = results_.for_readers.get(),
                            .on_hint = [this](base::JobId job) { runner_.hint(job); },
                            .port = parts_.port.value_or(settings_.http.port)});
    relay_.connect(&http_->announcer());
    runner_.on_end = [this](jobs::Reported const& reported) {
        if (reported.outcome == jobs::ReportOutcome::stale) {
            meters_->jobs.of(reported.job->service).stale.add();
        }
    };
    asio::co_spawn(io_, http_->keep_watch(), base::rethrow);
}

// A process that only answers HTTP leaves messages to the others.
void App::start_deliveries() {
    if (!parts_.worker && !parts_.scheduler) {
        return;
    }
    deliverer_.emplace(io_.get_executor(), *store_, settings_.webhooks, log_);
    if (meters_) {
        deliverer_->on_sent = [this](std::string const& target, Sent const& sent) {
            for (auto const& each : sent.tries) {
                meters_->webhooks.tried(target, outcome_of(each.state), each.took);
            }
        };
    }
    to_poke_ = &*deliverer_;
    asio::co_spawn(io_, deliverer_->run(), base::rethrow);
}

// Whoever has the machine has the embedded store; who may use a PostgreSQL is for its owner to say.
std::optional<std::filesystem::path> App::first_admin_key() {
    if (!parts_.worker || !parts_.scheduler || uses_postgres(settings_)) {
        return std::nullopt;
    }
    return make_first_admin_key(*store_, config::admin_key_file(settings_));
}

void App::announce() const {
    auto const url = shown_store_url(settings_);
    std::printf("tallyman is ready: store %s, %s\n", url.c_str(),
                parts_.worker ? (std::to_string(settings_.worker.slots) + " slots").c_str()
                              : "no worker here");
    if (http_) {
        std::printf("listening on %s\n", http_->address().c_str());
    }
    std::fflush(stdout);
}

asio::awaitable<void> App::obey_signals() {
    boost::system::error_code cancelled;
    while (true) {
        int const signal =
            co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled) {
            co_return;
        }
        if (signal == SIGHUP) {
            reload_prices();
            if (http_) {
                http_->reload();
            }
            continue;
        }
        stop_signals_ += 1;
        if (stop_signals_ == 1) {
            asio::co_spawn(io_, shut_down(), base::rethrow);
        } else if (stop_signals_ == 2) {
            log_.info("app", "stopping now");
            drain_timer_.cancel();
        } else {
            io_.stop();
        }
    }
}

asio::awaitable<void> App::shut_down() {
    // With nothing to wait for, this would cancel the signals before they are waited for again.
    co_await asio::post(io_, asio::use_awaitable);
    log_.info("app", "stopping: no new jobs, those that run may go on",
              {{"running", static_cast<std::int64_t>(runner_.running())},
               {"at_most", base::to_text(settings_.worker.drain)}});
    runner_.quiet();
    late_watch_.stop();
    scheduler_.stop();
    if (deliverer_) {
        deliverer_->stop();
    }
    if (http_) {
        co_await http_->stop(answer_within);
        http_stopped_ = true;
    }
    input_meter_.stop();
    auto const leave = [this] { redis_.stop_intake(); };
    co_await pool_.run(leave);
    co_await wait_until_idle(settings_.worker.drain);
    if (busy()) {
        log_.info("app", "handing jobs back",
                  {{"jobs", static_cast<std::int64_t>(runner_.running())}});
        runner_.release_all();
        stop_signals_ = 1;
        co_await wait_until_idle(keep_within);
        runner_.release_all(true);
        output_meter_.stop();
        stop_signals_ = 1;
        co_await wait_until_idle(hand_back_within);
    }
    runner_.stop();
    pace_stopped_ = true;
    pace_timer_.cancel();
    signals_.cancel();
    if (busy()) {
        // What could not be handed back is rescued: its lease ends with this process.
        log_.warning("app", "jobs left to be rescued",
                     {{"jobs", static_cast<std::int64_t>(runner_.running())}});
        io_.stop();
        co_return;
    }
    // Programs that still run are those of jobs that were handed back; nothing waits for them.
    providers_.clear();
}

// For `tallyman top`, which sees all processes of the store.
asio::awaitable<void> App::tell_pace() {
    boost::system::error_code cancelled;
    std::string told;
    while (!pace_stopped_) {
        if (auto line = to_line(pace_.note()); line != told) {
            auto const say = [&] { presence_->say(line); };
            co_await pool_.run(say);
            told = std::move(line);
        }
        pace_timer_.expires_after(tell_pace_every);
        co_await pace_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// Ends early when the last job has, or when a second signal comes.
asio::awaitable<void> App::wait_until_idle(base::Millis at_most) {
    auto const deadline = std::chrono::steady_clock::now() + at_most;
    boost::system::error_code cancelled;
    while (busy() && stop_signals_ < 2 && std::chrono::steady_clock::now() < deadline) {
        drain_timer_.expires_after(look_again);
        co_await drain_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

PriceReload App::reload_prices() {
    auto loaded = settings_.prices_file.empty()
                      ? config::Loaded<pricing::Book>{.value = config::default_book()}
                      : config::load_book(settings_.prices_file);
    if (loaded.value) {
        loaded.problems = config::check_together(settings_, *loaded.value);
    }
    if (!loaded.problems.empty()) {
        PriceReload refused{.version = shelf_.current().version};
        for (auto const& problem : loaded.problems) {
            refused.problems.push_back(config::to_text(problem));
            log_.error("prices", "not reloaded, the old book stays",
                       {{"why", refused.problems.back()}});
        }
        return refused;
    }
    auto const version = loaded.value->version;
    auto const changes = shelf_.swap(std::move(*loaded.value));
    auto const services = services_of(settings_, shelf_.current());
    runner_.take(services);
    if (meters_) {
        meters_->jobs.learn(services);
    }
    log_.info("prices", changes.empty() ? "reloaded, nothing changed" : "reloaded",
              {{"version", version}});
    for (auto const& change : changes) {
        log_.business("prices.changed", {{"what", change}});
    }
    return {.changes = changes, .version = version};
}

int run(config::Settings const& settings, pricing::Book book, Parts parts) {
    App app{settings, std::move(book), parts};
    app.run();
    return 0;
}

}  // namespace worker
