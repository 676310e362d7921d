// The parts of the face, in the order in which they depend on each other.
#include "worker/http_part.h"

#include <algorithm>
#include <utility>

#include <sys/resource.h>

#include "worker/http/console.h"
#include "worker/identity.h"
#include "worker/platform_sender.h"

namespace worker {

namespace asio = boost::asio;

namespace {

adapters::http::ServerOptions options_of(config::Http const& http, int port) {
    return {.host = http.host,
            .port = static_cast<std::uint16_t>(port),
            .unix_socket = http.unix_socket.string(),
            .cert_file = http.cert_file.string(),
            .key_file = http.key_file.string(),
            .max_connections = static_cast<std::size_t>(http.max_connections),
            .max_body = static_cast<std::size_t>(http.max_body),
            .idle_time = http.idle,
            .cors_origins = http.cors_origins,
            .trusted_proxies = http.trusted_proxies};
}

std::unique_ptr<adapters::http::Server> listen(asio::any_io_executor const& executor,
                                               adapters::http::ServerOptions options,
                                               adapters::http::Handler& handler, Log& log) {
    auto complain = [&log](std::string const& what) {
        log.error("http", "a request failed within", {{"what", what}});
    };
    return adapters::http::serve(executor, std::move(options), handler, std::move(complain));
}

// The same words of one room in those of the other.
asio::awaitable<std::expected<http::Guest, http::Problem>> admit(
    http::Authenticator& authenticator, adapters::http::Request const& request) {
    auto admission = co_await authenticator.authenticate(request);
    if (!admission) {
        auto& refused = admission.error();
        co_return std::unexpected{
            http::Problem{std::move(refused.refusal), std::move(refused.headers)}};
    }
    co_return http::Guest{.caller = std::move(admission->caller),
                          .headers = std::move(admission->headers)};
}

std::function<std::string()> trouble_of(RedisParts* redis) {
    return redis == nullptr ? nullptr
                            : std::function<std::string()>{[redis] { return redis->trouble(); }};
}

// Each connection is an open file, and so are other things; what shells allow is often 1,024.
void make_room_for(int connections, Log& log) {
    constexpr rlim_t others = 512;
    rlimit files{};
    auto const wanted = static_cast<rlim_t>(connections) + others;
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) {
        return;
    }
    files.rlim_cur = std::min(files.rlim_max, wanted);
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < wanted) {
        log.warning("http",
                    "fewer connections than http.max_connections will do: too few open files",
                    {{"open_files", static_cast<std::int64_t>(files.rlim_cur)},
                     {"wanted", static_cast<std::int64_t>(wanted)}});
    }
}

http::InputRule input_rule(HttpNeeds const& needs) {
    return {.asks = needs.measures_input,
            .measure = [&meter = needs.meter, &store = needs.store,
                        book = needs.book](jobs::Request& request) -> std::optional<wire::Refusal> {
                auto const prepared = meter.prepare_now(store, book(), request);
                if (prepared.state != PreparedInput::State::refused) {
                    return std::nullopt;
                }
                return wire::unmeasurable(prepared.field, prepared.error);
            }};
}

// Signatures are judged by the store's clock, as everything that is due.
adapters::payments::Send sender_for(adapters::Store& store) {
    return make_platform_sender([&store] { return store.now(); });
}

CashDesk::Parts cash_parts(HttpNeeds const& needs) {
    return {.payments = needs.payments,
            .settings = needs.settings.payments,
            .send = sender_for(needs.store),
            .log = needs.log};
}

Inquiring inquiring_with(HttpNeeds const& needs) {
    return {.store = needs.store,
            .payments = needs.payments,
            .send = sender_for(needs.store),
            .rules = needs.settings.rules,
            .log = needs.log};
}

}  // namespace

HttpPart::HttpPart(asio::any_io_executor executor, HttpNeeds needs)
    : log_{needs.log},
      authenticator_{{.store = needs.store,
                      .pool = pool_,
                      .keys = needs.keys,
                      .rules = jwt_rules(needs.settings.auth.jwt),
                      .shared_rate = needs.rate,
                      .user_per_minute = needs.settings.auth.user_per_minute}},
      watch_{executor, needs.store, pool_},
      collector_{executor, needs.store, pool_, needs.settings.rules, needs.book},
      inputs_{input_rule(needs)},
      sync_{executor, needs.store, pool_, needs.settings.rules},
      till_{executor, needs.store, pool_, needs.settings.rules, needs.book},
      payments_{{.store = needs.store,
                 .payments = needs.payments,
                 .rules = needs.settings.rules,
                 .log = needs.log,
                 .meters = needs.meters.payments}},
      cash_{cash_parts(needs)},
      inquiring_{inquiring_with(needs)},
      hints_{make_hints(needs.settings), std::move(needs.on_hint)},
      audits_{needs.store, needs.settings},
      meters_{needs.meters},
      redis_{needs.redis},
      disk_meters_{needs.meters.registry, needs.settings.data_dir},
      operations_{executor,
                  needs.store,
                  needs.meters,
                  {.redis_trouble = trouble_of(needs.redis),
                   .before_scrape = [this] { look(); },
                   .provider_states = needs.provider_states}},
      face_{
          office_with(needs),
          [this](adapters::http::Request const& request) { return admit(authenticator_, request); },
          http::all_tables(needs.settings.http.metrics_open),
          [this](http::Answered const& answered) {
              meters_.http.answered(answered.method, answered.pattern, answered.status,
                                    answered.took);
          }},
      server_{listen(executor, options_of(needs.settings.http, needs.port), face_, needs.log)} {
    if (redis_ != nullptr) {
        redis_meters_.emplace(meters_.registry);
    }
    make_room_for(needs.settings.http.max_connections, needs.log);
}

// What the calls work with; all of it is there by then.
http::Office HttpPart::office_with(HttpNeeds& needs) {
    return {.store = needs.store,
            .pool = pool_,
            .settings = needs.settings,
            .book = needs.book,
            .log = needs.log,
            .watch = watch_,
            .collector = collector_,
            .inputs = inputs_,
            .reload_prices = std::move(needs.reload_prices),
            .operations = &operations_,
            .sync = &sync_,
            .till = &till_,
            .payments = &payments_,
            .cash = &cash_,
            .inquiring = &inquiring_,
            .artifacts = needs.artifacts,
            .hints = &hints_,
            .platforms = &platforms_,
            .objects = &objects_,
            .audits = &audits_,
            .door = &authenticator_,
            .console = http::console_assets()};
}

HttpPart::~HttpPart() {
    audits_.stop();
    inputs_.join();
    platforms_.join();
    objects_.join();
    pool_.join();
}

// What others count, before it is read.
void HttpPart::look() {
    auto const figures = server_->figures();
    meters_.http.look(figures.connections, figures.streams, figures.refused);
    disk_meters_.look();
    if (redis_ != nullptr) {
        auto const& trips = redis_->trips();
        redis_meters_->look({.there = redis_->trouble().empty(),
                             .trips = trips.count,
                             .failures = trips.failures,
                             .time = std::chrono::microseconds{trips.microseconds},
                             .dropped = redis_->dropped()});
    }
}

asio::awaitable<void> HttpPart::stop(base::Millis at_most) {
    operations_.stop();
    watch_.stop();
    co_await server_->stop(at_most);
}

void HttpPart::reload() {
    if (auto const wrong = server_->reload(); !wrong.empty()) {
        log_.error("http", "the certificate was not reloaded, the old one stays", {{"why", wrong}});
    }
}

}  // namespace worker
